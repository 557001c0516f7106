"""Microsoft Teams: address and words, to a channel or a person.

Microsoft documents a launcher script; this is the address it opens. Desktop Edge and Chrome only, no free
accounts.
Share to Teams: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/share-to-teams-from-web-apps
(read 2026-11)
"""

from networks.parts import Network, Share

NETWORK = Network(
    key="teams",
    name="Microsoft Teams",
    colour="5059C9",
    hosts=("teams.microsoft.com", "teams.live.com"),
    share=Share(url="https://teams.microsoft.com/share?href={url}&msgText={text}", window=(700, 600)),
    docs="https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/share-to-teams-from-web-apps",
)
