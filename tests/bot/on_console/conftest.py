import pytest

from tests.bot.on_console.opening import open_console
from tests.offices import sample_office


@pytest.fixture(scope="package")
async def console(server_url, tmp_path_factory):
    """One office and one server for all tests of the console."""
    async with (
        sample_office(server_url, tmp_path_factory.mktemp("console")) as office,
        open_console(office) as opened,
    ):
        yield opened
