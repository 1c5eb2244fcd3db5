"""Sealing the audit, so that a line removed, inserted or altered shows. See docs/decisions/0015.

Lines are written as they always were. Shortly after their commit `seal_lines` closes them: it numbers them, hashes each
over its content and number, and writes one seal over all of these hashes and the seal before, signed by a key that
follows from the installation's secret. Nobody who writes waits for that.
"""

from kernel.sealing.chain import fingerprint
from kernel.sealing.removal import remove_lines
from kernel.sealing.seal import seal_late, seal_lines, unsealed_lines
from kernel.sealing.verify import Fault, Findings, verify_seals

__all__ = [
    "Fault", "Findings", "fingerprint", "remove_lines", "seal_late", "seal_lines", "unsealed_lines", "verify_seals",
]  # fmt: skip
