"""A condition on any number of ids, on both databases."""

import pytest
from sqlmodel import col, select

from store.among import among
from store.database import Database
from store.tables import Account
from tests.scheduler.fakes import add_accounts


@pytest.mark.parametrize("ids", [[], [2], [1, 3, 3, None, 99], range(1, 5001)])
def test_exactly_the_rows_named_are_found(any_database: Database, ids: list[int | None]) -> None:
    with any_database.transaction() as session:
        known = add_accounts(session, 4)
        query = select(Account.id).where(among(col(Account.id), "these"))
        found = session.exec(query, params={"these": ids}).all()
    assert sorted(filter(None, found)) == sorted(set(known) & set(ids))


@pytest.mark.parametrize("codes", [[], ["b"], ["ă", "it's", '"', "b", "b"]])
def test_texts_are_found_as_they_are(any_database: Database, codes: list[str]) -> None:
    with any_database.transaction() as session:
        session.add_all(Account(channel="web", address=address) for address in ("ă", "b", "it's", '"', "none"))
        session.flush()
        query = select(Account.address).where(among(col(Account.address), "these"))
        assert sorted(session.exec(query, params={"these": codes}).all()) == sorted(set(codes))
