"""Targets found in environment variables, and what is never looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.environment_targets import kind_of, may_be_secret, targets_in
from wizard.probe.targets import parse

FOUND = {
    "a host with its port": ({"REDIS_HOST": "10.0.0.3", "REDIS_PORT": "6380"}, "redis://10.0.0.3:6380"),
    "a host without one": ({"REDIS_HOST": "10.0.0.3"}, "redis://10.0.0.3:6379"),
    "libpq": ({"PGHOST": "10.0.0.5", "PGPORT": "6432"}, "postgres://10.0.0.5:6432"),
    "an address": ({"DB_ADDR": "10.0.0.5"}, "postgres://10.0.0.5:5432"),
    "a name": ({"MYSQL_HOST": "db.corp.internal"}, "mysql://db.corp.internal:3306"),
    "a pair": ({"CACHE": "10.0.0.3:6379"}, "redis://10.0.0.3:6379"),
    "a pair with a database": ({"CACHE": "10.0.0.3:6379/0"}, "redis://10.0.0.3:6379"),
    "only the port says": ({"UPSTREAM": "10.0.0.9:8443"}, "https://10.0.0.9:8443"),
    "nothing says": ({"UPSTREAM": "10.0.0.9:9000"}, "tcp://10.0.0.9:9000"),
    "credentials": ({"REDIS_URL": "redis://ada:s3cret@10.0.0.3:6379/0?db=1"}, "redis://10.0.0.3:6379"),
    "an at sign in a password": ({"REDIS_URL": "redis://ada:s3@cret@10.0.0.3"}, "redis://10.0.0.3:6379"),
    "a driver": ({"DATABASE_URL": "postgresql+psycopg://u:p@10.0.0.5/app"}, "postgres://10.0.0.5:5432"),
    "jdbc": ({"JDBC": "jdbc:mysql://10.0.0.6:3307/app"}, "mysql://10.0.0.6:3307"),
    "a queue": ({"BROKER": "amqps://u:p@10.0.0.7"}, "tcp://10.0.0.7:5671"),
    "a path": ({"API": "https://api.example.com/v1/items?key=1"}, "https://api.example.com:443"),
}

SEVERAL = {
    "pairs": ({"BROKERS": "10.0.0.8:9092, 10.0.0.9:9092"}, ("tcp://10.0.0.8:9092", "tcp://10.0.0.9:9092")),
    "urls": ({"B": "PLAIN://10.0.0.8:92,PLAIN://10.0.0.9:92"}, ("tcp://10.0.0.8:92", "tcp://10.0.0.9:92")),
    "hosts in a url": ({"M": "mongodb://u:p@10.0.0.1,10.0.0.2/a"}, ("tcp://10.0.0.1:27017", "tcp://10.0.0.2:27017")),
}

NOTHING = {
    "a file": {"DB_FILE": "data.sqlite"},
    "a range": {"DB_ALLOWED": "10.0.0.0/8"},
    "a version": {"DB_VERSION": "1.2.3.4"},
    "itself": {"REDIS_HOST": "localhost", "API": "http://127.0.0.1:80"},
    "an address that says nothing": {"PEER": "10.0.0.3"},
    "a bucket": {"STORE": "gs://bucket/path"},
    "a socket": {"DB_HOST": "/cloudsql/p:r:i"},
    "IPv6": {"REDIS_URL": "redis://[fd00::1]:6379"},
    "a slash in a password": {"REDIS_URL": "redis://ada:12/34@10.0.0.3"},
    "a secret's name": {"DB_PASSWORD": "10.0.0.3:1234", "API_KEY": "10.0.0.3:80", "AUTH": "10.0.0.3:80"},
    "a secret's name and an address": {"MY_TOKEN_URL": "http://10.0.0.3"},
    "endless": {"REDIS_URL": "redis://10.0.0.3/" + "a" * 5000},
    "emptiness": {"REDIS_HOST": "", "": "10.0.0.3:80", "_": "://"},
    "a port that does not exist": {"REDIS_HOST": "10.0.0.3", "REDIS_PORT": "99999"},
}


@pytest.mark.parametrize("case", FOUND)
def test_what_is_found(case: str) -> None:
    values, url = FOUND[case]
    assert [found for _, found in targets_in(values)] == [url]


@pytest.mark.parametrize("case", SEVERAL)
def test_several_in_one_value(case: str) -> None:
    values, urls = SEVERAL[case]
    assert tuple(found for _, found in targets_in(values)) == urls


@pytest.mark.parametrize("case", NOTHING)
def test_what_is_not(case: str) -> None:
    assert list(targets_in(NOTHING[case])) == []


def test_names_that_may_be_secrets() -> None:
    assert all(map(may_be_secret, ("DB_PASSWORD", "API_KEY", "GITHUB_TOKEN", "REDIS_AUTH", "DB_PWD", "SSL_KEY")))
    assert not any(map(may_be_secret, ("REDIS_HOST", "AUTH_SERVICE_URL", "KEYCLOAK_HOST", "DATABASE_URL")))


def test_what_a_name_hints_at() -> None:
    assert kind_of("orders-db") == ("postgres", 5432)
    assert kind_of("MYSQL_DATABASE_HOST") == ("mysql", 3306)
    assert kind_of("upgrade") == ("tcp", 0)


@given(st.dictionaries(st.text(max_size=12) | st.sampled_from(("REDIS_URL", "DB_HOST")), st.text(max_size=40)))
def test_anything_may_stand_in_a_variable(values: dict[str, str]) -> None:
    for name, url in targets_in(values):
        assert name in values
        assert parse(url).url == url


@given(st.text("abc123:/?#[]@!$&,;", max_size=12).filter(lambda text: "\n" not in text))
def test_a_password_is_never_shown(secret: str) -> None:
    password = f"Zq7{secret}Zq7"
    found = [url for _, url in targets_in({"REDIS_URL": f"redis://ada:{password}@10.0.0.3:6379/0"})]
    assert not any("Zq7" in url or "ada" in url for url in found)
