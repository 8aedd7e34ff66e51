"""What `doctor` found of one thing that it looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and how to mend it where it is not well.

    `fault` is a stable word for what is wrong. `is_remark`: worth knowing, and it hinders nobody. `is_away`: a service
    that is needed is out of reach.
    """

    name: str
    is_well: bool
    found: str
    mend: str = ""
    fault: str = ""
    is_remark: bool = False
    is_away: bool = False

    def __post_init__(self) -> None:
        if not self.is_well and not self.fault:
            object.__setattr__(self, "fault", self.name)


def wrong(name: str, fault: str, found: str, mend: str) -> Check:
    """Something that has to be mended."""
    return Check(name, is_well=False, found=found, mend=mend, fault=f"{name}.{fault}")


def remark(name: str, fault: str, found: str, mend: str) -> Check:
    """Something that is better known, and may be as it is meant."""
    return Check(name, is_well=False, found=found, mend=mend, fault=f"{name}.{fault}", is_remark=True)


def away(name: str, fault: str, found: str, mend: str) -> Check:
    """A service that is needed and does not answer."""
    return Check(name, is_well=False, found=found, mend=mend, fault=f"{name}.{fault}", is_away=True)
