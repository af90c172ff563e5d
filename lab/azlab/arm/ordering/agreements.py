"""The agreements of Microsoft.MarketplaceOrdering, in both of its families of paths: reading the terms of a plan, accepting them."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import NoReturn

from azlab.arm.compute.marketplace.market import market
from azlab.arm.compute.marketplace.tables import Image, Plan
from azlab.arm.core.json import Json
from azlab.arm.core.times import now
from azlab.arm.http.calls import Answer, Call, Route, in_subscription
from azlab.arm.ordering import accepted
from azlab.arm.ordering import errors as order_errors

NAMESPACE = "Microsoft.MarketplaceOrdering"
VERSIONS = ("2021-01-01", "2015-06-01")
_OFFERED = in_subscription(NAMESPACE, "offerTypes/virtualmachine/publishers/{publisher}/offers/{offer}/plans/{plan}/agreements/current")
_SIGNED = in_subscription(NAMESPACE, "agreements/{publisher}/offers/{offer}/plans/{plan}")
_STORE = "https://mpcprodsa.blob.core.windows.net"


def show_terms(call: Call) -> Answer:
    """Show the terms of a plan, and whether they are accepted."""
    return Answer(200, _offered(call, _plan(call)))


def put_terms(call: Call) -> Answer:
    """Accept the terms of a plan, or take that back: the body is what a GET shows, with another `accepted`."""
    _accept(call, bool((call.body.get("properties") or {}).get("accepted")))
    return Answer(200, _offered(call, _plan(call)))


def show_agreement(call: Call) -> Answer:
    """Show an agreement that was signed."""
    plan = _plan(call)
    if not accepted.is_signed(call.lab, call.subscription, plan):
        raise order_errors.NEVER_SIGNED(offer=plan.product, plan=plan.name, correlation=uuid.uuid4())
    return Answer(200, _agreement(call, plan))


def sign(call: Call) -> Answer:
    """Sign the agreement of a plan, which accepts its terms."""
    _accept(call, wanted=True)
    return Answer(200, _agreement(call, _plan(call)))


def cancel(call: Call) -> Answer:
    """Cancel the agreement of a plan."""
    _accept(call, wanted=False)
    return Answer(200, _agreement(call, _plan(call)))


def _accept(call: Call, wanted: bool) -> None:
    plan = _plan(call)
    offer = market(call.lab).offer(plan.publisher, plan.product)
    if wanted and offer and offer.portal_only:
        raise order_errors.PORTAL_ONLY(correlation=uuid.uuid4())
    accepted.accept(call.lab, call.subscription, plan, wanted)


def _plan(call: Call) -> Plan:
    """The plan in the path."""
    image: Image | None = market(call.lab).sold_as(call.path["publisher"], call.path["offer"], call.path["plan"])
    if image is None or image.plan is None:
        _refuse_offer(call)
    return image.plan


def _refuse_offer(call: Call) -> NoReturn:
    raise order_errors.NO_OFFER(offer=call.path["offer"], publisher=call.path["publisher"], correlation=uuid.uuid4())


def _offered(call: Call, plan: Plan) -> Json:
    place = f"/subscriptions/{call.subscription}/providers/{NAMESPACE}/offerTypes/VirtualMachine/publishers/{plan.publisher}"
    id = f"{place}/offers/{plan.product}/plans/{plan.name}/agreements/current"
    return _body(call, plan, id, f"{NAMESPACE}/offertypes")


def _agreement(call: Call, plan: Plan) -> Json:
    place = f"/subscriptions/{call.subscription}/providers/{NAMESPACE}/agreements/{plan.publisher}"
    return _body(call, plan, f"{place}/offers/{plan.product}/plans/{plan.name}", f"{NAMESPACE}/agreements")


def _body(call: Call, plan: Plan, id: str, type: str) -> Json:
    """An agreement. The texts behind its links do not exist."""
    time = now()
    license = "%24".join((plan.publisher, plan.product, plan.name, _letters(plan, "license"))).upper()
    common = f"VIRTUALMACHINE%24{_letters(plan, 'marketplace')}"
    who = {"createdBy": call.lab.settings.client_id, "createdByType": "ManagedIdentity", "createdAt": time}
    changed = {"lastModifiedBy": call.lab.settings.client_id, "lastModifiedByType": "ManagedIdentity", "lastModifiedAt": time}
    return {
        "id": id,
        "name": plan.name,
        "type": type,
        "systemData": {**who, **changed},
        "properties": {
            "publisher": plan.publisher,
            "product": plan.product,
            "plan": plan.name,
            "licenseTextLink": f"{_STORE}/legalterms/3E5ED_legalterms_{license}.txt",
            "privacyPolicyLink": f"https://{plan.publisher.lower()}.example/privacy",
            "marketplaceTermsLink": f"{_STORE}/marketplaceterms/3EDEF_marketplaceterms_{common}.txt",
            "retrieveDatetime": time.replace("+00:00", "Z"),
            "signature": _letters(plan, call.subscription),
            "accepted": accepted.is_accepted(call.lab, call.subscription, plan),
        },
    }


def _letters(plan: Plan, purpose: str) -> str:
    """103 letters and digits that belong to a plan, as Azure's signatures and links have them."""
    return base64.b32encode(hashlib.sha512(f"{purpose}:{':'.join(plan[:3])}".encode()).digest()).decode().rstrip("=")


ROUTES = [
    Route("GET", _OFFERED, show_terms, "terms.get"),
    Route("PUT", _OFFERED, put_terms, "terms.put"),
    Route("GET", _SIGNED, show_agreement, "agreement.get"),
    Route("POST", f"{_SIGNED}/sign", sign, "agreement.sign"),
    Route("POST", f"{_SIGNED}/cancel", cancel, "agreement.cancel"),
]
