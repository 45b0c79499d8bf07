"""Chinese (simplified)."""

from bot.chat.replies.alerting_zh import ZH_ALERTING
from bot.chat.replies.choosing_zh import ZH_CHOOSING
from bot.chat.replies.finding_zh import ZH_FINDING
from bot.chat.replies.living_zh import ZH_LIVING
from bot.chat.replies.subscribing_zh import ZH_SUBSCRIBING
from bot.chat.replies.texts import Texts
from bot.fetch.answer import Failure

ZH = Texts(
    language="zh",
    start=(
        "你好！我关注网站和订阅源，把每条新消息按顺序送到这里，不重复。\n\n"
        "把网站或订阅源的地址发给我，或点一个开始。/help 查看其他功能。"
    ),
    start_group=(
        "你好！我关注网站和订阅源，把每条新消息按顺序送到这里，不重复。\n\n"
        "管理员发送 /sub 加网站或订阅源的地址即可为本群订阅。/help 查看其他功能。"
    ),
    help=(
        "/sub 地址 – 订阅网站或订阅源\n"
        "/list – 本聊天的订阅（带按钮）\n"
        "/unsub 编号 – 退订其中一个\n"
        "/latest – 最新消息；/latest 10 显示十条，/latest 名称 只看一个来源\n"
        "/search 关键词 – 查找存储的消息\n"
        "/alert 关键词 – 出现含全部这些词的消息时响铃提醒；/alert 测试 关键词 先试一试\n"
        "/alerts – 本聊天的提醒及其选项\n"
        "/filter 编号 只要 关键词（或 不要 关键词）– 只送该订阅的一部分消息\n"
        "/why 链接，或用 /why 回复 – 一条消息后来怎样\n"
        "/settings – 样式、图片、语言等；/settings 编号 设置单个订阅\n"
        "/template – 按你自己写的格式发送\n\n"
        "频道：先把我设为有发消息权限的管理员，再私聊我，在命令后紧接着写上频道的 @名称："
        "/sub @频道 地址，/alert @频道 关键词\n"
        "群组里由管理员修改设置，所有人都可查看。\n\n"
        "先发送 /sub 加一个地址吧。"
    ),
    help_inline="在任何其他聊天中：输入 {name} 加关键词，我会列出存储的消息供你发到那里。",
    help_owner="/status – 我的运行状况（仅供运行者）",
    unknown="我不认识 {command}；发送 /help 查看我能做什么。",
    chatter="把网站或订阅源的地址发给我即可订阅；发送 /help 查看其他功能。",
    suggestions=(
        ("少数派", "https://sspai.com/feed"),
        ("阮一峰的网络日志", "https://www.ruanyifeng.com/blog/atom.xml"),
        ("Hacker News", "https://hnrss.org/frontpage"),
    ),
    greet_group="谢谢把我加入 {chat}。管理员现在可以在群里发送 /sub 加网站或订阅源的地址。",
    greet_channel="我现在可以在 {chat} 发消息了。在这里发送以下命令开始：/sub 地址 {name}",
    greet_channel_mute=(
        "我在 {chat} 里，但没有发消息的权限。请在频道管理员设置中给我该权限，然后在这里发送：/sub 地址 {name}"
    ),
    commands={
        "sub": "订阅网站或订阅源",
        "list": "本聊天的订阅",
        "latest": "最新消息",
        "search": "按关键词查找消息",
        "alert": "出现关键词时提醒",
        "alerts": "本聊天的提醒",
        "filter": "只送订阅的一部分消息",
        "why": "一条消息后来怎样",
        "unsub": "退订",
        "settings": "样式、语言等设置",
        "template": "自己写消息格式",
        "help": "功能与用法",
        "start": "开始",
    },
    description=(
        "我关注网站和新闻订阅源，把每条新消息连同图片按顺序送到这里，不重复。\n\n"
        "可用于私聊、群组和频道，并可按关键词提醒。点“开始”即可使用。"
    ),
    short_description="任何网站或订阅源的消息，连同图片按顺序送到你的聊天，不重复。",
    no_memory="我暂时无法读取记录；请一分钟后再试。",
    broken="我这边出了问题，已记录下来。请再试一次；如仍不行，请告诉我的主人。",
    too_slow="这花了太长时间，我放弃了。请一分钟后再试。",
    telegram_down="Telegram 暂时没有回应；请一分钟后再试。",
    not_welcome="这是私人机器人。请把你的 id {person} 发给它的主人，加入 ALLOWED_IDS 设置后即可使用。",
    only_admins="在本群只有管理员可以修改。请找一位管理员，或私聊我：/help",
    only_admins_toast="这里只有管理员可以这样做；请找一位管理员。",
    stale_button="这个按钮已失效；请重新发送命令。",
    channel_unknown="我看不到 {chat}。请检查名称，把我加为有发消息权限的管理员，再发送一次命令。",
    channel_not_ours="我还不能在 {chat} 发消息。请在其管理员设置中添加我并给予发消息权限，再发送一次命令。",
    channel_not_yours=(
        "只有 {chat} 中有发消息权限的管理员才能管理它。请所有者把你设为管理员，再发送一次命令。"
    ),
    button_not_yours=(
        "这个按钮属于另一个聊天，你或我现在无权管理它。请重新发送命令并写上它的 @名称，我会说明原因。"
    ),
    sub_how="告诉我要订阅什么：/sub 加网站或订阅源的地址，例如\n/sub {example}",
    subscribed="本聊天已订阅 {feed}：{rate}。下面是最新一条；/list 查看全部订阅。",
    subscribed_empty="本聊天已订阅 {feed}。目前还没有内容，新消息会自动送来。/list 查看全部订阅。",
    subscribed_channel="{chat} 已订阅 {feed}：{rate}。在这里管理：/list {name}",
    already="已经订阅 {feed} 了；/list{at} 查看全部订阅。",
    took_first="你发了多个地址，我用了第一个：{address}；其他的请逐个发送。",
    choose="{address} 有多个订阅源，要订阅哪一个？",
    choose_more="该页面至少还有 {count} 个。要订阅其中之一，请发送 /sub{at} 加它自己的地址。",
    failures={
        Failure.BAD_ADDRESS: "{address} 不是可打开的地址。请在 /sub 后写 https://example.com 这样的地址。",
        Failure.REFUSED: (
            "{address} 指向内部网络，我不能访问。请换公开地址，或请我的主人用 FETCH_ALLOW_NETWORKS 放行。"
        ),
        Failure.UNREACHABLE: "无法连接 {address}。请检查地址，或等网站恢复后再试。",
        Failure.TOO_SLOW: "{address} 响应太慢。请稍后再试，或换一个地址。",
        Failure.TOO_BIG: "{address} 太大，我读不了。请换一个较小的订阅源地址。",
        Failure.TOO_MANY_REDIRECTS: "{address} 不停跳转。请用浏览器打开，把最后停留的地址发给我。",
        Failure.GONE: "网站说 {address} 已永久删除。请找到新地址再发给我。",
        Failure.MISSING: "{address} 处没有内容。请检查地址后再发送。",
        Failure.LOGIN: (
            "{address} 需要登录。请换一个无需登录的订阅源地址，"
            "或使用带用户名和密码的地址，例如 https://name:password@example.com/feed。"
        ),
        Failure.FORBIDDEN: (
            "{address} 禁止我访问（403），网站可能不允许机器人。请联系网站放行订阅阅读器，或换一个地址。"
        ),
        Failure.WITHHELD: "{address} 因法律原因不予提供（451），至少在我运行的地方如此。请换一个订阅源地址。",
        Failure.DENIED: "{address} 拒绝我访问。若需要登录，请换一个无需登录的订阅源地址。",
        Failure.BUSY: "{address} 太忙，无法回应。请几分钟后再试。",
        Failure.SERVER_ERROR: "{address} 暂时故障。请稍后再试。",
        Failure.BROKEN: "{address} 的回应无法读取。请换一个地址，或稍后再试。",
        Failure.NOT_A_FEED: "在 {address} 没有找到订阅源。请在网站上找 RSS、Atom 或 Feed 链接，再发给我。",
        Failure.TOO_COMPLEX: "{address} 太复杂，超出了我的限制。请换一个较简单的订阅源地址。",
    },
    troubles={
        Failure.BAD_ADDRESS: "地址无效",
        Failure.REFUSED: "地址指向内部网络",
        Failure.UNREACHABLE: "无法连接",
        Failure.TOO_SLOW: "响应太慢",
        Failure.TOO_BIG: "太大",
        Failure.TOO_MANY_REDIRECTS: "不停跳转",
        Failure.GONE: "网站说已删除",
        Failure.MISSING: "找不到",
        Failure.LOGIN: "需要登录",
        Failure.DENIED: "拒绝访问",
        Failure.FORBIDDEN: "禁止我访问（403）",
        Failure.WITHHELD: "因法律原因不予提供（451）",
        Failure.BUSY: "太忙",
        Failure.SERVER_ERROR: "故障",
        Failure.BROKEN: "无法读取",
        Failure.NOT_A_FEED: "不再是订阅源",
        Failure.TOO_COMPLEX: "太复杂",
    },
    trouble_since="{why}，上次成功是{when}",
    trouble_always="一直{why}",
    rate_day="每天约 {count} 条",
    rate_week="每周约 {count} 条",
    rate_rare="每周不到一条",
    rate_unknown="更新频率尚待观察",
    list_title="本聊天的订阅：{count}",
    list_title_of="{chat} 的订阅：{count}",
    list_foot="点 ✕ 加编号即可退订，点 ⚙️ 设置样式；发送 /sub{at} 加地址可再订阅。",
    list_paused="已暂停",
    list_empty="本聊天还没有订阅。请发送 /sub 加网站或订阅源的地址。",
    list_empty_of="{chat} 还没有订阅。请发送：/sub 地址 {name}",
    page="第 {page} 页，共 {pages} 页",
    unsub_how="退订哪一个？发送 /unsub{at} 加编号或地址：",
    unsub_which="有多个订阅符合“{words}”。请发送 /unsub{at} 加其中一个的编号：",
    unsub_unknown="没有符合“{words}”的订阅。请发送 /unsub{at} 加下列编号之一：",
    unsub_ask="要退订 {feed} 吗？尚未送出的消息也不会再送。",
    unsubscribed="已退订 {feed}。点“撤销”可恢复；/list{at} 查看其余订阅。",
    unsubscribed_several="已退订 {count} 个：{feed}。点“撤销”可恢复其中一个；/list{at} 查看其余订阅。",
    followed_again="已恢复订阅 {feed}；/list{at} 查看全部订阅。",
    yes="是，退订",
    keep="保留",
    undo="撤销",
    previous="‹ 上一页",
    following="下一页 ›",
    latest_title="最新消息",
    latest_title_of="{chat} 的最新消息",
    latest_count="请发送 1 到 {most} 的数字，例如 /latest{at} 5。",
    latest_none="还没有存储的消息。新消息会自动送来；/list{at} 查看订阅。",
    untitled="（无标题）",
    newer="‹ 较新",
    older="较旧 ›",
    just_now="刚刚",
    minutes_ago="{count} 分钟前",
    hours_ago="{count} 小时前",
    days_ago="{count} 天前",
    inline_start="先添加一个订阅源",
    inline_none="没有找到：换几个词，或添加更多订阅源",
    inline_not_welcome="这个机器人未对你开放：请联系运行者",
    inline_no_memory="存储暂时不可用：请一分钟后再试",
    alerting=ZH_ALERTING,
    choosing=ZH_CHOOSING,
    finding=ZH_FINDING,
    subscribing=ZH_SUBSCRIBING,
    living=ZH_LIVING,
    status_private="/status 仅供运行者使用：请私聊我发送。",
    status_owners=(
        "只有运行者可以查看：请他们把你的 id {person} 加入 OWNER_IDS 设置。发送 /help 查看我能为你做什么。"
    ),
    status_title="运行状况",
    status_looked="{count}（查看了 {looked}）",
    status_reason="– {why}：{count}",
    status_feeds="订阅源：{count}；失败：{failing}",
    status_feed="– {feed}：{why}",
    status_chats="聊天：{count}；因 Telegram 暂停：{paused}；手动暂停：{by_hand}",
    status_lanes="有待送消息的聊天：{count}；待送：{items} 条；因暂停而等待：{held} 条",
    status_lane="– {chat}：{count}",
    status_held="须等待一分钟以上的聊天（限流或没有回应）：{count}",
    status_held_chat="– {chat}，等到 {until} UTC",
    status_parked="最近放弃的 {count} 条：",
    status_none_parked="最近没有放弃的消息。",
    status_trouble="– {when}，“{item}”，发往 {chat}：{why}",
    status_today=(
        "今天（UTC）：已送 {sent}，已修改 {edited}，放弃 {parked}，限流等待 {flooded}，发现已送达 {found}"
    ),
    status_yesterday=(
        "昨天：已送 {sent}，已修改 {edited}，放弃 {parked}，限流等待 {flooded}，发现已送达 {found}"
    ),
    status_work="上次正常：查看 {look}，分发 {route}，发送 {send}，对话 {update}",
    never="从未",
)
