"""The command table: every command, its names and who may use it."""

from bot.commands import (
    curating,
    editions,
    explaining,
    finding,
    following,
    keeping,
    operating,
    personal,
    publishing,
    reading,
    reviewing,
    settings,
    sourcing,
    submitting,
)
from bot.commands.channels import channel_on
from bot.commands.context import Command
from bot.commands.options import options
from bot.commands.parse import command_table


def build_table() -> dict[str, Command]:
    """All commands by name and alias. `/help` and `/channel` know the table they stand in."""
    table: dict[str, Command] = {}
    commands = (
        Command("start", personal.start, ("开始", "開始")),
        Command("help", personal.help_on(table), ("帮助", "幫助", "說明", "说明")),
        Command("today", reading.today, ("今日", "今天", "日报", "日報")),
        Command(
            "subscribe",
            following.subscribe,
            ("sub", "follow", "订阅", "訂閱"),
            changes=True,
            for_channels=True,
        ),
        Command(
            "unsubscribe",
            following.unsubscribe,
            ("unsub", "unfollow", "退订", "取消订阅", "退訂", "取消訂閱"),
            changes=True,
            for_channels=True,
        ),
        Command("topics", following.topics, ("主题", "主題", "话题", "話題")),
        Command(
            "list",
            following.list_subscriptions,
            ("我的订阅", "我的訂閱"),
            for_channels=True,
        ),
        Command("search", finding.search, ("find", "搜索", "搜尋", "查找", "查詢")),
        Command("similar", finding.similar, ("相似", "类似", "類似")),
        Command("issue", reading.issue, ("往期",)),
        Command(
            "weekly",
            editions.roundup_on("weekly"),
            ("周刊", "週刊", "周报", "週報"),
            for_channels=True,
        ),
        Command(
            "monthly",
            editions.roundup_on("monthly"),
            ("月刊", "月报", "月報"),
            for_channels=True,
        ),
        Command(
            "yearly",
            editions.roundup_on("yearly"),
            ("年刊", "年度"),
            for_channels=True,
        ),
        Command("daily", editions.daily, ("每日",), for_channels=True),
        Command("collection", editions.collection, ("合辑", "合輯", "专题", "專題")),
        Command("journal", publishing.journal, ("电子月刊", "電子月刊")),
        Command("history", curating.history, ("历史", "歷史", "修订", "修訂")),
        Command("item", keeping.show, ("条目", "條目", "详情", "詳情")),
        Command("save", keeping.save, ("收藏",)),
        Command("unsave", keeping.unsave, ("取消收藏",)),
        Command("saved", keeping.saved, ("我的收藏", "收藏夹", "收藏夾")),
        Command("like", keeping.like, ("赞", "讚", "👍")),
        Command("dislike", keeping.dislike, ("踩", "👎")),
        Command("time", settings.set_time, ("时间", "時間"), changes=True, for_channels=True),
        Command(
            "timezone",
            settings.set_zone,
            ("tz", "时区", "時區"),
            changes=True,
            for_channels=True,
        ),
        Command(
            "language",
            settings.set_language,
            ("lang", "语言", "語言"),
            changes=True,
            for_channels=True,
        ),
        Command(
            "layout",
            settings.set_layout,
            ("版式", "排版"),
            changes=True,
            for_channels=True,
        ),
        Command("days", settings.set_days, ("星期",), changes=True, for_channels=True),
        Command(
            "quiet",
            settings.set_quiet,
            ("静音", "靜音", "免打扰", "勿擾"),
            changes=True,
            for_channels=True,
        ),
        Command("pause", settings.pause, ("暂停", "暫停"), changes=True, for_channels=True),
        Command("resume", settings.resume, ("恢复", "恢復"), changes=True, for_channels=True),
        Command("settings", settings.show_settings, ("设置", "設定"), for_channels=True),
        Command("options", options, ("选项", "選項"), changes=True, for_channels=True),
        Command(
            "channel",
            channel_on(table),
            ("频道", "頻道"),
            changes=True,
        ),
        Command("submit", submitting.submit, ("投稿", "推荐", "推薦")),
        Command("why", explaining.why, ("为什么", "為什麼", "理由")),
        Command("story", explaining.story, ("出处", "出處"), for_operators=True),
        Command("split", explaining.split, ("拆分", "拆開"), for_operators=True),
        Command("queue", reviewing.queue, ("审稿", "審稿", "待审", "待審"), for_operators=True),
        Command("pick", curating.pick, ("精选", "精選"), for_operators=True),
        Command("unpick", curating.unpick, ("取消精选", "取消精選"), for_operators=True),
        Command("edit", curating.edit, ("编辑", "編輯"), for_operators=True),
        Command("comment", curating.comment, ("点评", "點評"), for_operators=True),
        Command("remove", curating.remove, ("下架", "撤下"), for_operators=True),
        Command("sources", sourcing.sources, ("来源", "來源"), for_operators=True),
        Command("stats", operating.stats, ("统计", "統計"), for_operators=True),
        Command("broadcast", operating.broadcast, ("群发", "群發", "公告"), for_operators=True),
        Command("undo", curating.undo, ("撤销", "撤銷", "復原"), for_operators=True),
        Command("privacy", personal.privacy, ("隐私", "隱私")),
        Command("export", personal.export, ("导出", "匯出"), changes=True),
        Command("forget", personal.forget, ("忘记", "忘記"), changes=True),
    )
    table.update(command_table(commands))
    return table
