"""Setting up an accounting app: the steps to take in the app, and the values to check and save here."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from .config.tables import SoftwareTable
from .config.writing import set_values
from .practice.text import hidden_in
from .practice.trouble import KeyringTrouble, UsageError
from .workplace import Workplace, secret_name

if TYPE_CHECKING:
    from .accounting.seam.configured import Configured

A_PAGE = "the https address of a page of your practice's website (enter the same here as redirect URL)"

SECRETS = {
    "never": "The app has no secret.",
    "optional": "Enter a client secret only if the app has one. It is saved in the keyring.",
    "required": "Enter the app's client secret too. It is saved in the keyring.",
}


class SetUp:
    """The set-up of one accounting app. `table`: its present configuration."""

    def __init__(self, workplace: Workplace, name: str) -> None:
        """Raises UsageError if there is no such app."""
        self._workplace = workplace
        self.software = workplace.software(name)
        self.table = workplace.config.software.get(name, SoftwareTable())

    def redirect(self, table: SoftwareTable) -> str:
        """The redirect to register with the app: an address, or a description if the practice has yet to choose one."""
        if table.redirect_url:
            return table.redirect_url
        if self.needs_page(table):
            return A_PAGE
        grant = self.software.grant
        return f"http://{grant.redirect_host}:{table.redirect_port}{grant.redirect_path}"

    def needs_page(self, table: SoftwareTable) -> bool:
        """Whether the app redirects only to an https page, whose address is then pasted. A test server has no such rule."""
        real = not table.api_url or table.api_url == self.software.addresses.api_url
        return self.software.grant.https_redirect and real

    def steps(self, table: SoftwareTable) -> str:
        """How to register an app, which redirect to give, and what each permission is for."""
        software = self.software
        parts = [software.how_to_register.replace("{redirect}", self.redirect(table))]
        if software.grant.scopes:
            asked = (f"  {scope}: {purpose}" for scope, purpose in software.grant.scopes.items())
            parts.append("\n".join(("Permissions that each person who signs in must give, and why:", *asked)))
        parts.append(SECRETS[software.grant.secret])
        return "\n\n".join(parts)

    def checked(self, table: SoftwareTable) -> "Configured":
        """The app with this configuration. Raises UsageError if it can't work. Writes nothing."""
        config = self._workplace.config
        softwares = {**config.software, self.software.name: table}
        return Workplace(config._replace(software=softwares)).configured(self.software.name)

    async def keep(self, table: SoftwareTable, secret: str) -> None:
        """Saves `secret` in the keyring (empty: keeps the current one), then writes the changes to the configuration.

        Raises KeyringTrouble or UsageError; then the configuration is unchanged.
        """
        name, former = self.software.name, self.table.client_id
        if wrong := hidden_in(secret):
            raise UsageError(f"The client secret contains {wrong}. Copy it again. Nothing was changed.")
        if not secret and await self._lacks_secret(table):
            raise UsageError(
                f"{self.software.title} needs the app's client secret too (--secret-stdin on the command line). Nothing was changed."
            )
        if secret:
            await self._workplace.vault.write(secret_name(name, table.client_id), secret)
        if values := _changed_values(self.table, table):
            set_values(self._workplace.config.path, ("software", name), values)
            self._workplace.reload()
        self.table = table
        takes_secret = self.software.grant.secret != "never"  # noqa: S105  (a word, not a secret)
        if takes_secret and former not in {"", table.client_id}:
            # Secrets are looked up by client id, so nothing would ever find the old one again. Everything else is
            # done, even if the keyring can't be opened now.
            with suppress(KeyringTrouble):
                await self._workplace.vault.forget(secret_name(name, former))

    def refuse_no_secret(self) -> None:
        """Raises UsageError if the app needs its secret. To ask before anything is saved."""
        if self.software.grant.secret == "required":  # noqa: S105  (a word, not a secret)
            raise UsageError(f"{self.software.title} needs the app's client secret. Nothing was changed.")

    async def forget_secret(self) -> None:
        """Deletes the app's secret from the keyring. Raises KeyringTrouble."""
        await self._workplace.vault.forget(secret_name(self.software.name, self.table.client_id))

    def may_hold_secret(self, table: SoftwareTable) -> bool:
        """Whether a secret is needed and the keyring may have one for the current client id."""
        needed = self.software.grant.secret == "required"  # noqa: S105  (a word, not a secret)
        return needed and table.client_id == self.table.client_id

    async def _lacks_secret(self, table: SoftwareTable) -> bool:
        """Whether the app needs a secret that is missing. Reads the keyring only if it may have one."""
        if not self.may_hold_secret(table):
            return self.software.grant.secret == "required"  # noqa: S105
        return await self._workplace.vault.read(secret_name(self.software.name, table.client_id)) is None


def _changed_values(before: SoftwareTable, after: SoftwareTable) -> Mapping[str, str | int | bool]:
    return {name: value for name, value in after._asdict().items() if value != getattr(before, name)}
