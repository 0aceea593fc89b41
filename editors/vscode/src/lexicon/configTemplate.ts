// A `wanyan.toml` to begin with: it changes nothing until a line is taken out of its comment.

export const CONFIG_TEMPLATE = `# 婉言的配置，对这个文件夹里的所有草稿生效。去掉行首的 # 就启用那一行。

# lexicon = ["词库.toml"]           # 自己的词库，路径从这个文件所在的文件夹算起
# agent-labels = ["小美"]           # 聊天记录里客服的称呼
# customer-labels = ["会员"]        # 客户的称呼

# [[allow]]                         # 放行的词句
# phrase = "滚蛋牛肉"
# reason = "菜名，已与质检确认"

[severity]                          # 一类或一条规则算多重：off 关掉、hint、info、warning、error
# disrespectful-address = "hint"
`;
