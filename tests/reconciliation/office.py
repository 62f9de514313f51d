"""A generated office in four levels that changes weekly: people move, leave, come; units merge, split, are renamed."""

import random
from datetime import date

from participation.roster import PersonRow, Roster, UnitRow

FOUNDED = date(2025, 7, 1)
CROWDS = (0.15, 0.3, 1.0, 1.0, 2.0, 4.0)  # how unequal units are: many small ones, a few big


class Office:
    """Units and people as the roster's sheets would name them; every change is one a clerk could type."""

    def __init__(self, chance: random.Random, people: int, units: int) -> None:
        self.chance = chance
        self.units: dict[str, UnitRow] = {}
        self.people: dict[str, PersonRow] = {}
        self.levels: dict[str, int] = {}
        self.named = 0
        for level in [1, *[2] * max(2, units // 10), *[3] * (units // 3)]:
            self._found(level)
        while len(self.units) < units:
            self._found(4)
        crowds = {code: chance.choice(CROWDS) for code in self.units}
        for code in self.units:
            self.hire(code, duty="head")
        while len(self.people) < people:
            self.hire(chance.choices(list(crowds), list(crowds.values()))[0])

    @property
    def roster(self) -> Roster:
        """The whole office as it stands."""
        return Roster(tuple(self.units.values()), tuple(self.people.values()))

    def hire(self, unit_code: str, duty: str = "") -> None:
        """Somebody new."""
        self.named += 1
        code, phone = f"NV{self.named:05}", f"09{self.named:08}"
        self.people[code] = PersonRow(self.named, code, f"Người {self.named}", unit_code, phone=phone, duty=duty)

    def passes_a_week(self, number: int) -> None:
        """Some move, some leave, some come; now and then units merge, are renamed, split or change parent."""
        staff = [code for code, person in self.people.items() if not person.duty]
        for code in self._some(staff, 0.01):
            self.people[code] = self.people[code]._replace(unit_code=self.chance.choice(list(self.units)))
        for code in self._some(staff, 0.004):
            del self.people[code]
        for _ in self._some(staff, 0.006):
            self.hire(self.chance.choice(list(self.units)))
        if number % 5 == 2:
            self._merge(*self._leaves()[:2])
        if number % 5 == 4:
            self._merge(self._leaves()[0])
        if number % 5 == 1:
            self._split(self._leaves()[0])
        if number % 6 == 5:
            moved = self._leaves()[0]
            parents = [code for code, level in self.levels.items() if level == self.levels[moved] - 1]
            self.units[moved] = self.units[moved]._replace(parent_code=self.chance.choice(parents))

    def _found(self, level: int, parent: str = "", before: tuple[str, ...] = ()) -> str:
        self.named += 1
        code, above = f"DV{self.named}", [known for known, its in self.levels.items() if its == level - 1]
        parent = parent or (self.chance.choice(above) if above else "")
        self.units[code] = UnitRow(self.named, code, f"Đơn vị {self.named}", "Phòng", parent, before, FOUNDED)
        self.levels[code] = level
        return code

    def _some(self, codes: list[str], share: float) -> list[str]:
        return self.chance.sample(codes, max(1, round(len(codes) * share)))

    def _leaves(self) -> list[str]:
        """Units without units below, shuffled."""
        parents = {unit.parent_code for unit in self.units.values()}
        found = [code for code in self.units if code not in parents and self.levels[code] > 2]
        self.chance.shuffle(found)
        return found

    def _merge(self, *codes: str) -> None:
        """These become one new unit with everybody in it; of one alone it is a new name."""
        made = self._found(self.levels[codes[0]], self.units[codes[0]].parent_code, codes)
        for code, person in self.people.items():
            if person.unit_code in codes:
                duty = person.duty if person.unit_code == codes[0] else ""
                self.people[code] = person._replace(unit_code=made, duty=duty)
        for code in codes:
            del self.units[code], self.levels[code]

    def _split(self, code: str) -> None:
        """One unit becomes two; its head stays with the first."""
        parent = self.units[code].parent_code
        made = [self._found(self.levels[code], parent, (code,)) for _ in range(2)]
        for staff, person in self.people.items():
            if person.unit_code == code:
                self.people[staff] = person._replace(unit_code=made[0] if person.duty else self.chance.choice(made))
        del self.units[code], self.levels[code]
