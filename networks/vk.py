"""VK: address, title and picture.

Share button: https://dev.vk.com/en/widgets/share; the address as the share libraries have it (2026-11).
`vk.com` and `vk.ru` are the same site.
"""

from networks.parts import Follow, Network, Share

NETWORK = Network(
    key="vk",
    name="VK",
    colour="0077FF",
    hosts=("vk.com", "vk.ru", "vk.me"),
    share=Share(url="https://vk.com/share.php?url={url}&title={text}&image={image}"),
    follow=Follow("https://vk.com/{account}", r"(?P<account>[A-Za-z0-9_][A-Za-z0-9_.]{1,31})"),
    docs="https://dev.vk.com/en/widgets/share",
)
