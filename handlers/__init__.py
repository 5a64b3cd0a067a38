"""What people say and what they get back: one file per capability."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handlers.invite import Links
    from handlers.registry import Registry
    from network.keeper import Keeper


def capabilities(links: Links | None = None, keeper: Keeper | None = None) -> Registry:
    """Return every capability of the installation, in the order of the menu. To add one, add its line.

    ``links`` say where people come in; an invitation shows them. ``keeper`` is who runs it, as
    newcomers are told; without one, what comes with the program is said.
    """
    # Imported here because the capabilities import this package.
    from handlers import (  # noqa: PLC0415
        across,
        adapt,
        afterwards,
        answering,
        appeal,
        arrivals,
        ask,
        asked,
        called,
        check,
        crediting,
        decide,
        digest,
        doors,
        find,
        followup,
        groups,
        help,  # noqa: A004 - it is called so by people
        invite,
        join,
        language_choice,
        library,
        linking,
        menu,
        mine,
        news,
        pack,
        panic,
        privacy,
        profile,
        quiet,
        reading,
        registry,
        relaying,
        reminding,
        replying,
        share,
        standing,
        supergroup,
        topics,
        translate,
    )
    from network import approvals, digests, files, followups, invitations, leaving, packs, translations  # noqa: PLC0415
    from network.keeper import unnamed  # noqa: PLC0415

    return registry.Registry(
        [
            join.capability(keeper or unnamed()),
            menu.capability,
            share.capability,
            find.capability,
            reading.capability,
            adapt.capability,
            mine.capability,
            followup.capability,
            standing.capability,
            ask.capability,
            answering.capability,
            asked.capability,
            called.capability,
            crediting.capability,
            crediting.compose_capability,
            replying.capability,
            pack.capability,
            translate.capability,
            check.capability,
            news.capability,
            topics.capability,
            library.capability,
            across.capability,
            groups.capability,
            decide.capability,
            supergroup.link_capability,
            supergroup.entrance_capability,
            appeal.capability,
            invite.capability(links or invite.NO_LINKS),
            profile.capability,
            language_choice.capability,
            quiet.capability,
            linking.capability,
            panic.capability,
            privacy.privacy_capability,
            privacy.stop_capability,
            privacy.return_capability,
            privacy.delete_capability,
            help.capability,
        ],
        strike=panic.strike,
        errands={
            leaving.EXPORT: afterwards.deliver,
            files.FETCH: arrivals.arrive,
            digests.KIND: digest.send,
            approvals.REMINDER: reminding.remind,
            followups.KIND: followup.ask,
            translations.ASK: reminding.ask_others,
            packs.DRAW: afterwards.deliver_pack,
            invitations.DRAW: afterwards.deliver_invitation,
            **relaying.errands,
            **doors.errands,
        },
    )
