"""OK (Odnoklassniki): address, title and picture.

Share button: https://apiok.ru/en/ext/like; the address as agreed by four share libraries.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="ok",
    name="OK",
    colour="EE8208",
    hosts=("ok.ru", "odnoklassniki.ru"),
    share=Share(url="https://connect.ok.ru/offer?url={url}&title={text}&imageUrl={image}"),
    follow=Follow(
        "https://ok.ru/{kind}{account}",
        r"(?P<kind>profile/|group/)?(?P<account>[A-Za-z0-9][A-Za-z0-9.\-_]{1,59})",
    ),
    docs="https://apiok.ru/en/ext/like",
)
