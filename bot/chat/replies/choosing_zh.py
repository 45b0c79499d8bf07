"""Settings and templates in Chinese (simplified)."""

from bot.chat.replies.choosing import Choosing

ZH_CHOOSING = Choosing(
    settings_title="本聊天的设置",
    settings_title_of="{chat} 的设置",
    settings_title_feed="{feed} 在本聊天的设置",
    settings_title_feed_of="{feed} 在 {chat} 的设置",
    settings_foot="点按钮即可修改或打开，✓ 表示开启；群组里由管理员修改。",
    settings_foot_feed="✓ 表示开启。未在此修改的，与聊天设置相同；群组里由管理员修改。",
    settings_typed=(
        "也可以直接输入设置和值：/settings{at} 样式 全文，/settings{at} 图片 关。输入“默认”可恢复默认。"
    ),
    settings_unknown=(
        "这里没有名为“{words}”的设置或订阅。可用的设置：{names}。例如发送 /settings{at} 样式 全文，"
        "或在 /settings{at} 后写上 /list{at} 中的订阅编号，也可点下面的按钮。"
    ),
    setting_alone="{command} 不是命令，而是一项设置。请发送 /settings {word}，或发送 /settings 查看全部。",
    settings_which=(
        "有多个订阅符合“{words}”。请在 /settings{at} 后写上 /list{at} 中的编号，或点按钮设置整个聊天。"
    ),
    settings_what="❔ 这是什么？",
    settings_back="‹ 返回",
    settings_list="‹ 订阅列表",
    setting_names={
        "style": "🎨 样式",
        "length": "摘要长度",
        "images": "图片",
        "preview": "链接预览",
        "author": "作者",
        "tags": "内容标签",
        "split": "长文分条",
        "silent": "静音",
        "hashtags": "自定话题",
        "template": "模板",
        "name": "名称",
        "corrections": "更正",
        "once": "同一报道只送一次",
        "language": "🌐 语言 / Language",
        "zone": "🕒 时区",
    },
    setting_words={
        "style": "样式",
        "length": "长度",
        "images": "图片",
        "preview": "预览",
        "author": "作者",
        "tags": "标签",
        "split": "分条",
        "silent": "静音",
        "hashtags": "话题",
        "template": "模板",
        "name": "名称",
        "corrections": "更正",
        "once": "去重",
        "language": "语言",
        "zone": "时区",
    },
    setting_says={
        "style": "每条内容显示多少、以什么形式显示。",
        "length": "摘要的长短。默认：适中。",
        "images": "附上图片、视频、音频和文件。默认：开启。",
        "preview": "没有图片的内容显示网页预览。默认：开启。",
        "author": "在来源旁显示作者。默认：关闭。",
        "tags": "把订阅源给出的标签作为话题标签显示在内容下方。默认：关闭。",
        "split": "超过一条消息的长文接着用后面的消息发完，而不是以“继续阅读”链接结束。默认：关闭。",
        "silent": "送出时不响铃；关键词提醒仍会响。默认：关闭。",
        "hashtags": "在每条内容下方加上你自己的话题标签，方便读者查找。",
        "template": "按你自己写的格式发送，代替样式。",
        "name": "你给这个订阅起的名称，显示在列表和内容下方。",
        "corrections": "订阅源更正内容时，已送出的消息随之修改。默认：频道开启，其他关闭。",
        "once": "本聊天的多个订阅源报道同一件事时，只送一次。默认：开启。",
        "language": "我在本聊天使用的语言。",
        "zone": "内容下方的时间按这个时区显示。",
    },
    setting_how={
        "hashtags": "要设置，请发送\n/settings{at} {word} #新闻 #北京",
        "template": "要编写模板，请发送 /template{at} 加模板内容；单独发送 /template{at} 查看写法。",
        "name": "要设置，请发送\n/settings{at} {word} 我的名称",
        "zone": "没有你的时区？请发送 /settings{at} {word} 加城市名或 UTC+8。",
    },
    setting_values={
        "1": "开",
        "0": "关",
        "headline": "标题",
        "summary": "摘要",
        "full": "全文",
        "expand": "折叠",
        "article": "文章",
        "short": "短",
        "normal": "适中",
        "long": "长",
        "en": "English",
        "zh": "中文",
    },
    value_says={
        "headline": "标题和来源",
        "summary": "图片、标题和摘要",
        "full": "订阅源提供的全部文字",
        "expand": "先显示摘要，点一下展开其余",
        "article": "一整页，含小标题和全部图片；旧版应用中同全文",
        "short": "一两句",
        "normal": "一两段",
        "long": "图片旁能放下多少就放多少",
    },
    word_usual="默认",
    setting_on="✓ {name}",
    setting_off="✗ {name}",
    setting_value="{name}：{value}",
    setting_opens="{name} ›",
    setting_line="{name}：{value}",
    setting_line_usual="{name}：{value} · 同聊天设置",
    setting_usual="同聊天设置（{value}）",
    setting_none="无",
    setting_unnamed="订阅源自己的名称",
    setting_show="👁 看看效果",
    setting_remove="✕ 删除",
    setting_set="{line}。/settings{at} 查看全部设置。",
    setting_wrong="{name}不能设为“{words}”。请发送 /settings{at} {word} 加以下之一：{values}",
    setting_of_chat="{name}只能为整个聊天设置，不能单独为一个订阅设置。请发送：/settings{at} {word}",
    setting_of_feed=(
        "{name}要为某个订阅设置：请在前面写上 /list{at} 中的编号，例如 /settings{at} 2 {word} 示例"
    ),
    setting_feed_gone="本聊天已不再订阅它；/list 查看现有订阅。",
    zone_close="没有名为“{words}”的时区。是不是其中之一？点一下复制后发送：\n{close}",
    zone_unknown=(
        "没有名为“{words}”的时区。请发送 /settings{at} 时区 加附近的大城市、"
        "Asia/Shanghai 这样的名称或 UTC+8。"
    ),
    hashtags_wrong=(
        "“{words}”不能作为话题标签。请发送 /settings{at} {word} 加最多 {most} 个由文字和数字组成的标签，"
        "每个不超过 {letters} 字，例如 #新闻 #北京；发送 /settings{at} {word} 关 可清除。"
    ),
    name_long="太长了。请发送 /settings{at} 名称 加不超过 {most} 字的名称。",
    sample_none="还没有存储的内容可供展示。请等第一条内容到来后再试。",
    template_own="自定",
    template_before="已设置模板，优先于此项；/template 可查看和删除。",
    template_elsewhere="请用 /template{at} 加模板内容来设置；单独发送 /template{at} 查看写法。",
    template_present="当前模板：\n{template}",
    template_absent="还没有模板；内容按样式显示。",
    template_how=(
        "要编写模板，请发送 /template{at} 加模板内容，或用 /template{at} 回复一条写有模板的消息。"
        "启用前我会用最新一条内容给你看效果；/template{at} off 可删除。\n\n"
        "换行会保留，支持 <b>、<i>、<a href> 等 HTML。可用的字段：\n{fields}\n\n"
        "用 {{% if author %}} … {{% endif %}} 可省略空的部分。例如：\n{example}"
    ),
    template_fields={
        "title": "标题",
        "link": "内容的地址",
        "source": "订阅源名称",
        "author": "作者",
        "time": "时间（按聊天的时区）",
        "summary": "摘要",
        "content": "全文",
        "tags": "内容的标签",
        "hashtags": "同上，写成话题标签",
        "labels": "自定话题",
        "image": "第一张图片的地址",
        "via": "评论或出处的地址",
        "hits": "找到它的提醒",
        "language": "语言",
        'published|date("%Y-%m-%d")': "日期",
    },
    template_bare=(
        "模板说明内容的各部分放在哪里，例如：\n{example}\n"
        "请发送 /template{at} 加你的模板；单独发送 /template{at} 查看可用字段。"
    ),
    template_wrong="这个模板无法使用：{why}\n请改正后重新发送 /template{at} 加模板。",
    template_fails="用最新一条内容试这个模板时出错：{why}\n请改正后重新发送 /template{at} 加模板。",
    template_no_feed="这里没有编号为 {number} 的订阅。请用 /list{at} 中的编号。",
    template_ask="最新一条用它是这个样子。以后都这样显示吗？",
    template_ask_unseen="这个模板可以使用，但还没有存储的内容可供展示。以后都这样显示吗？",
    template_use="使用",
    template_discard="放弃",
    template_used="模板已启用。/template{at} 可查看，/template{at} off 可删除。",
    template_discarded="已放弃，没有任何改动。/template{at} 查看当前模板。",
    template_expired="这个预览已失效（保留一天）。请重新发送 /template 加模板。",
)
