"""Filters, search and the way of one item in Chinese (simplified)."""

from bot.chat.replies.finding import Finding

ZH_FINDING = Finding(
    filter_words={"only": "只要", "not": "不要", "off": "取消", "all": "全部"},
    filters_title="本聊天的过滤",
    filters_title_of="{chat} 的过滤",
    filters_line="{number}. {feed} 🔎 {filter}",
    filters_line_none="{number}. {feed} · 全部消息",
    filter_only="只要“{query}”",
    filter_not="不要“{query}”",
    filter_nothing="全部消息",
    filters_kept="7 天内拦下 {count} 条",
    filters_how=(
        "/filter{at} 编号 只要 关键词 – 该订阅只送含这些词的消息\n"
        "/filter{at} 编号 不要 关键词 – 不送含这些词的消息\n"
        "两者可以并用；点 ✕ 或写“取消”即可去掉。提醒照常送达。"
    ),
    filters_unknown=(
        "“{words}”不是列表中的某一个订阅。请发送 /filter{at} 加列表中的编号，再写 只要 或 不要，再写关键词："
    ),
    filter_which="{filter}：用于哪一个订阅？",
    filter_which_some="有多个订阅符合“{words}”。{filter}：用于哪一个？",
    filter_no_feed="没有符合“{words}”的订阅。{filter}：用于哪一个？",
    filter_how="如要更改：/filter{at} {number} 只要 关键词，或 不要 关键词，或 取消。",
    filter_wrong="这个过滤无法使用，未作改动：{why}",
    filter_set="从现在起，{feed}：{filter}。",
    filter_set_all="从现在起，全部 {count} 个订阅：{filter}。",
    filter_off="{feed} 恢复送出全部消息。/filter{at} 查看所有过滤。",
    filter_off_all="全部 {count} 个订阅恢复送出全部消息。/filter{at} 查看如何过滤。",
    filter_none="{feed} 没有过滤。请用 /filter{at} {number} 只要 关键词，或 不要 关键词 来设置。",
    filter_tried="最近存储的 {count} 条中，{kept} 条会被拦下。",
    filter_untried="还没有存储的消息可供试用。",
    filter_kept="会拦下，例如：",
    filter_passed="会送出，例如：",
    filter_scope="已送出或正在等待的消息不受影响；提醒照常送达。/filter{at} 查看和取消过滤。",
    filter_all="全部 {count} 个订阅",
    filter_remove="✕ 去掉过滤",
    filter_expired="时间太久了；请重新发送过滤。",
    search_how=(
        "发送 /search{at} 加要找的内容，例如\n/search{at} 利率 央行\n"
        "引号内为原文，a OR b 为任一，-词 为排除，title:词 只找标题。"
        "查找范围是本聊天订阅最近 {days} 天的全部消息。"
    ),
    search_wrong="无法这样搜索：{why}",
    place_unknown=(
        "这里没有名为“{name}”的订阅或文件夹。/list{at} 查看订阅；如需新的，请先发送 /sub{at} 加它的地址。"
        "现有：{names}"
    ),
    search_title="含“{query}”的消息",
    search_title_of="{chat} 中含“{query}”的消息",
    search_none=(
        "最近 {days} 天没有含“{query}”的消息。可以少写几个词，用词首加星号（elect*），或用 a OR b。"
        "/alert{at} 加同样的词会在出现时提醒；/list{at} 查看订阅。"
    ),
    search_none_more="目前没有找到含“{query}”的消息：已查到 {when}，更早的还没有查；点按钮继续。",
    search_until="已查到 {when}；点按钮继续。",
    search_deep="结果太多。请再加一个词来查看更早的。",
    search_expired="这次搜索时间太久了；请重新发送。",
    search_further="继续往前查",
    search_newest="« 最新",
    latest_as_query="没有名为“{words}”的来源；以下是含有它的消息。",
    latest_neither=(
        "没有名为“{words}”的来源，最近 {days} 天也没有含它的消息。单独发送 /latest{at} 查看最新消息，"
        "或加以下名称之一：{names}"
    ),
    latest_wrong="没有名为“{words}”的来源，也无法这样搜索：{why}",
    why_how=(
        "发送 /why{at} 加消息的链接，或用 /why 回复我的一条消息：我会说明何时看到它、符合什么、后来怎样。"
        "加订阅的编号、名称或地址，我会说明何时查看它，以及原因。"
    ),
    why_not_ours="我不知道那条消息对应的内容：它不是我送的消息，或时间太久了。请发送 /why{at} 加它的链接。",
    why_unseen="最近 {days} 天，本聊天的订阅中没有链接为 {link} 的消息。",
    why_unseen_cut=(
        "较新的消息中没有链接为 {link} 的；其余太多，查不完。"
        "请用 /why 回复那条消息，或用 /search{at} 加标题中的词。"
    ),
    why_unseen_site="属于该网站的订阅：",
    why_unseen_more="……还有 {count} 个；/list{at} 查看全部订阅的情况。",
    why_unseen_elsewhere="这里的订阅都不属于该网站。/sub{at} {link} 可查找它的订阅源。",
    why_looked="上次查看：{when}",
    why_never_looked="还没有查看过",
    why_next="{span}后再次查看",
    why_next_soon="一分钟内再次查看",
    why_source="来自 {feed}。",
    why_left="来自本聊天现在没有订阅的来源；/list{at} 查看现有订阅。",
    why_published="发布于 {when}，发现于 {noticed}：相隔 {span}。",
    why_published_unknown="来源没有写明时间；发现于 {noticed}。",
    why_noticed="发布于 {when}，发现于 {noticed}，没有延迟。",
    why_alerts="符合的提醒：{alerts}。",
    why_no_alerts="不符合这里 {count} 个提醒中的任何一个。",
    why_told_for="因另一个聊天的提醒而发到这里：{alerts}。",
    why_untell="✕ 不再发到这里：{alert}",
    why_untold="这个提醒不再发到这里。",
    why_sent="已送出，消息编号 {message}。",
    why_sent_linked="已送出：{message}。",
    why_sent_before="在本群升级为超级群组之前已送出。",
    why_waits="正在等待发送，排在第 {place} 位，共 {count} 条。速度由 Telegram 限定，无需操作。",
    why_waits_paused=(
        "正在等待，排在第 {place} 位，共 {count} 条，因为本聊天已暂停（{why}）。我能再次发送时它就会送到。"
    ),
    why_kept="被过滤拦下：{filter}。用 /filter{at} 修改。",
    why_parked="没有送出：{why}",
    why_before="没有送出：它在本聊天订阅之前就有了。/latest{at} 查看较早的消息。",
    why_feed_paused="没有送出：这个订阅在这里已暂停。",
    why_unknown="没有它后来怎样的记录：时间太久，或当时另有过滤。/latest{at} 查看存储的消息。",
    why_onway="它正在路上：请一分钟后再问。",
    why_reasons={
        "unsubscribed": "轮到它之前已退订。/sub{at} 可再次订阅。",
        "subscription paused": "轮到它时订阅已暂停。",
        "the same story": "另一个来源已送过同一消息。/settings{at} once off 可全部送出。",
        "record expired": "等待时间超过了存储期限。",
        "too many items": "等待的消息太多，最早的被放弃了。",
        "given up": "多次尝试，Telegram 都没有回应。",
        "Telegram refuses it": "Telegram 拒绝了它{rest}。",
        "": "{rest}。",
    },
    why_feed_rhythm="发布频率：{rhythm}。",
    why_feed_comma="，",
    why_feed_hours="多在 {first}–{last} 时",
    why_feed_minute="多在每小时 :{minute} 左右",
    why_feed_changed="上次有变化：{when}。",
    why_feed_looked="上次查看：{when}。",
    why_feed_never="还没有查看过。",
    why_feed_next="下次查看：{time}，{span}后{why}。",
    why_feed_soon="一分钟内再次查看{why}。",
    why_feed_reasons={
        "new": "，因为它刚被订阅",
        "rhythm": "，因为它大约这么久有新消息",
        "lively": "，因为它常在那时有新消息",
        "calm": "，因为它在那之前很少有新消息",
        "silent": "，因为它已有几周没有新消息",
        "unknown": "，因为看不出它何时有新消息",
        "asked": "，因为该网站要求这样的间隔",
        "skipped": "，因为该网站要求在那之前不要查看",
        "pushed": "，只为确认，因为它的推送服务会立即通知我",
        "settings": "，因为本机器人的设置如此限定",
        "failed": "，因为上次查看失败",
        "busy": "，因为它的服务器要求暂停",
        "denied": "，因为它的服务器拒绝回答",
    },
    why_feed_unknown=(
        "这里没有名为“{words}”的订阅。请发送 /why{at} 加 /list{at} 中的编号、订阅的名称或地址，或消息的链接。"
    ),
    span_seconds="{count} 秒",
    span_minutes="{count} 分钟",
    span_hours="{count} 小时",
    span_days="{count} 天",
)
