"""Feeds that are found, and feeds that bring very much, in Chinese."""

from bot.chat.replies.subscribing import Subscribing

ZH_SUBSCRIBING = Subscribing(
    offer_latest="“{title}”",
    offer_empty="暂无内容",
    rsshub_off=(
        "{address} 是 RSSHub 路由，但这里没有设置 RSSHub 实例。"
        "请发送某个实例上的完整地址，或请我的主人设置 RSSHUB_URL。"
    ),
    rsshub_route=(
        "{address} 不是 RSSHub 路由。请发送类似 rsshub://github/issue/owner/name 的地址；"
        "docs.rsshub.app 有列表。"
    ),
    rsshub_failed=(
        "{host} 的 RSSHub 没有给出 {address} 的订阅源：{why}。请在 docs.rsshub.app 核对路由，稍后再试，"
        "或请我的主人用 RSSHUB_URL 换一个实例。"
    ),
    rsshub_no_feed="返回的不是订阅源",
    telegram_none=(
        "{address} 没有公开可见的消息。我能订阅有网页预览的公开频道：请发送 t.me/name 这样的地址。"
    ),
    flood="对一个聊天来说，这非常多。",
    flood_stands="{feed}：{rate}。",
    flood_choose=(
        "点按钮可以只要其中一部分、只要标题，或全部静音发送；也可以退订。"
        "随时可用 /settings{at} {number} 更改。"
    ),
    flood_goes="照此继续。/settings{at} {number} 更改样式，/filter{at} {number} 更改数量。",
    flood_how=(
        "只要其中一部分，请发送例如\n{only}\n只要含有该词的内容，或\n{never}\n不要含有该词的内容。我会立即显示哪些能通过。"
    ),
    flood_word="关键词",
    flood_filter="🔎 只要一部分",
    flood_headline="只要标题",
    flood_silent="🔕 静音",
    flood_leave="✕ 退订",
    flood_go="照此继续",
)
