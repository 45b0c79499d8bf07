"""Chinese sentences on what becomes of feeds."""

from bot.chat.replies.living import Living

ZH_LIVING = Living(
    heard_in="{feed}（{chat}）",
    moved=(
        "{feed} 的网站说它已永久迁移：从 {old} 到 {new}。我已改用新地址，不会遗漏内容。"
        "如果那不是你订阅的内容，请点“撤销迁移”。"
    ),
    moved_beside=(
        "{feed} 的网站说它已永久迁移：从 {old} 到 {new}，而那里的 {other} 也已订阅。"
        "两者相同的内容只送一次（见 /settings）。请退订其中一个；如果迁移有误，请点“撤销迁移”。"
    ),
    gone="{feed} 的网站说它已永久删除。我每周查看一次它是否恢复。请到其网站重新查找，或退订。",
    dead="{feed} 已连续多天失败：{why}。我会继续尝试，恢复后新内容会自动送来。请到其网站重新查找，或退订。",
    back="{feed} 恢复了：我又能读取它。无需操作，新内容会自动送来。",
    silent="{feed} 可以读取，但已 {days} 天没有新内容。我会继续查看。可以保留；如果它已停更，请退订。",
    well="{feed} 目前看来正常。/list{at} 查看全部订阅。",
    several="你的订阅源有变化：",
    heads={
        "moved": "已永久迁移，已改用新地址：{count}",
        "gone": "网站说已永久删除，我每周查看一次是否恢复：{count}",
        "dead": "已连续多天失败，我会继续尝试：{count}",
        "back": "已恢复：{count}",
        "silent": "很久没有新内容：{count}",
    },
    line="{number}. {feed} · {what}",
    more="……另有 {count} 个；/list 查看聊天的全部订阅。",
    foot="点编号查看可以怎么处理。",
    foot_back="无需操作，新内容会自动送来。",
    ours=(
        "有 {failing} 个订阅源同时失败，占我查看过的大多数，可能是我自己的网络或代理有问题。"
        "在恢复之前，我不会告诉任何人他们的订阅源失效。"
        "请检查采集机器的网络、DNS 和 FETCH_PROXY；/status 查看运行状况。"
    ),
    gone_short="网站说已永久删除；每周查看一次",
    silent_short="{days} 天没有新内容",
    undo="撤销迁移",
    leave="退订 {feed}",
    seek="重新查找",
    unmoved="{feed} 已改回 {old}，以后不再迁移到 {new}。/list{at} 查看全部订阅。",
    unmoved_already="它已经在那个地址了。",
    seek_found="在其网站找到 {new}。要用它代替 {feed} 吗？设置和过滤会保留。",
    seek_several="在其网站找到多个订阅源。要用哪一个代替 {feed}？",
    seek_same="{feed} 在原地址又有回应了。无需操作，新内容会自动送来。",
    seek_nothing=(
        "我在 {address} 查找 {feed}，没有找到其他订阅源：{why}。"
        "请改天再试，或退订；如果知道新地址，请发送 /sub{at} 加新地址。"
    ),
    instead="订阅 {feed}",
    instead_done="已用 {new} 代替 {feed}，设置不变。/list{at} 查看全部订阅。",
)
