# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps secrets out of the log records of urllib3, which holds the URLs of SAS in its requests and warnings.

Modules configure no logging, but a program that imports them, or a site's own Python start-up file, may.
"""

from __future__ import annotations

import logging

from .errors import scrub

LOGGERS = ("urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry")
"""A filter of a logger does not apply to the loggers below it, so each one needs it."""


class WithoutSecrets(logging.Filter):
    """Replaces the secrets in the text of every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record, and let it pass."""
        record.msg, record.args = scrub(record.getMessage()), ()
        return True


def scrub_logs() -> None:
    """Install the filter, once."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, WithoutSecrets) for each in logger.filters):
            logger.addFilter(WithoutSecrets())
