"""Whether a VM may be made from an image with a plan: the request names the plan, it is sold, and its terms are accepted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from azlab.arm.compute.marketplace.market import market
from azlab.arm.compute.marketplace.tables import Plan
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.ordering import accepted
from azlab.arm.ordering import errors as order_errors


@dataclass(frozen=True)
class Buyer:
    """The VM that is asked for, and the plan that the request names; an empty one if it names none."""

    vm_id: str
    os_disk: str
    plan: Json

    @property
    def subscription(self) -> str:
        """The VM's subscription."""
        return self.vm_id.split("/")[2].lower()


def check_purchase(lab: Lab, buyer: Buyer, wanted: Plan | None) -> None:
    """Refuse a VM whose plan is missing, not that of its image, not sold, or whose terms are not accepted.

    ARM checks the plan of a request before it asks Microsoft.Compute, which knows the plan of the image. Without a seed the lab's
    Marketplace sells nothing; whatever plan an image has then counts as sold and accepted.
    """
    if buyer.plan and lab.settings.catalogue_seed is not None:
        _check_sold(lab, buyer)
    if wanted is None:
        return
    if not buyer.plan:
        raise order_errors.NO_PLAN(vm=buyer.vm_id)
    if tuple(buyer.plan.get(key) for key in ("publisher", "product", "name")) != (wanted.publisher, wanted.product, wanted.name):
        raise order_errors.OTHER_PLAN(vm=buyer.vm_id)


def check_needed(buyer: Buyer) -> None:
    """Refuse a plan for a platform image that has none."""
    if buyer.plan:
        raise order_errors.NEEDLESS_PLAN(disk=buyer.os_disk)


def check_not_deprecated(lab: Lab, plan: Plan | None) -> None:
    """Refuse a VM from an image of one's own that was made from a paid image of which no version is left."""
    if plan is None:
        return
    image = market(lab).sold_as(*plan[:3])
    if (
        image is not None
        and image.plan is not None
        and image.plan.paid
        and image.versions
        and all(each.deprecated for each in image.versions)
    ):
        last = max(image.versions, key=lambda each: each.order)
        raise order_errors.PLAN_DEPRECATED(publisher=plan.publisher, offer=plan.product, plan=plan.name, version=last.name)


def plan_in(plan: Json | None) -> Plan | None:
    """The plan that a resource states."""
    return None if not plan else Plan(str(plan.get("publisher")), str(plan.get("product")), str(plan.get("name")), paid=True)


def _check_sold(lab: Lab, buyer: Buyer) -> None:
    publisher, offer, name = (str(buyer.plan.get(key) or "") for key in ("publisher", "product", "name"))
    correlation, subscription = uuid.uuid4(), buyer.subscription
    image = market(lab).sold_as(publisher, offer, name)
    if image is None or image.plan is None:
        raise order_errors.NOT_SOLD(publisher=publisher, offer=offer, correlation=correlation)
    if not accepted.is_accepted(lab, subscription, image.plan):
        facts = {"publisher": publisher, "offer": offer, "plan": name, "subscription": subscription}
        raise order_errors.NOT_ACCEPTED(target=None, **facts, correlation=correlation)
    if accepted.count_try(lab, subscription, image.plan) < int(lab.faults.setting("late_terms") or 0):
        raise order_errors.NOT_EFFECTIVE(publisher=publisher, offer=offer)
