//! The labels and names of speakers. Owns the usual labels as data, and the words that tell a field of a message
//! (注意：, 退货地址：, 客服电话：) from a label: whatever ends as fields do is none, however it begins. Must not know
//! where on a line a name stands.

use super::{ExtractOptions, Role};

/// Labels, simplified, lower case. What may stand attached to them (a number, a name) is told by [`attached`].
const LABELS: &[(&str, Role)] = &[
    ("客服", Role::Agent),
    ("坐席", Role::Agent),
    ("座席", Role::Agent),
    ("卖家", Role::Agent),
    ("商家", Role::Agent),
    ("商户", Role::Agent),
    ("店家", Role::Agent),
    ("店主", Role::Agent),
    ("店长", Role::Agent),
    ("店铺", Role::Agent),
    ("店小二", Role::Agent),
    ("小二", Role::Agent),
    ("掌柜", Role::Agent),
    ("人工", Role::Agent),
    ("售前", Role::Agent),
    ("售中", Role::Agent),
    ("售后", Role::Agent),
    ("专员", Role::Agent),
    ("顾问", Role::Agent),
    ("接线员", Role::Agent),
    ("话务员", Role::Agent),
    ("工作人员", Role::Agent),
    ("客户经理", Role::Agent),
    ("客户代表", Role::Agent),
    // What a robot says is written by the house and read by the customer: it is judged like an agent's words.
    ("机器人", Role::Agent),
    ("智能助手", Role::Agent),
    ("小助手", Role::Agent),
    ("agent", Role::Agent),
    ("seller", Role::Agent),
    ("operator", Role::Agent),
    ("assistant", Role::Agent),
    ("bot", Role::Agent),
    ("cs", Role::Agent),
    ("顾客", Role::Customer),
    ("顧客", Role::Customer),
    ("客户", Role::Customer),
    ("客戶", Role::Customer),
    ("买家", Role::Customer),
    ("買家", Role::Customer),
    ("用户", Role::Customer),
    ("用戶", Role::Customer),
    ("客人", Role::Customer),
    ("消费者", Role::Customer),
    ("访客", Role::Customer),
    ("游客", Role::Customer),
    ("来访者", Role::Customer),
    ("来电人", Role::Customer),
    ("投诉人", Role::Customer),
    ("customer", Role::Customer),
    ("buyer", Role::Customer),
    ("client", Role::Customer),
    ("guest", Role::Customer),
    ("visitor", Role::Customer),
    ("user", Role::Customer),
    ("human", Role::Customer),
    ("系统", Role::System),
    ("系統", Role::System),
    ("system", Role::System),
    ("賣家", Role::Agent),
    ("商家客服", Role::Agent),
    ("坐席员", Role::Agent),
    ("乘客", Role::Customer),
    ("旅客", Role::Customer),
    ("业主", Role::Customer),
    ("患者", Role::Customer),
    ("家长", Role::Customer),
];

/// Labels of systems' notices that would else read as a field.
const SYSTEM_NOTICES: &[&str] =
    &["系统消息", "系统提示", "系统通知", "系统公告", "平台消息", "平台通知", "官方通知", "平台提示"];

/// What a field of a message ends in, and so no speaker does.
pub(super) const FIELD_ENDINGS: &[&str] = &[
    "注意",
    "事项",
    "提示",
    "提醒",
    "说明",
    "须知",
    "备注",
    "地址",
    "电话",
    "热线",
    "微信",
    "手机",
    "邮箱",
    "邮件",
    "号码",
    "单号",
    "编号",
    "账号",
    "帐号",
    "订单号",
    "名",
    "姓名",
    "名称",
    "时间",
    "日期",
    "时效",
    "期限",
    "方式",
    "方法",
    "方案",
    "步骤",
    "流程",
    "原因",
    "结果",
    "内容",
    "问题",
    "链接",
    "网址",
    "官网",
    "网站",
    "服务",
    "政策",
    "规则",
    "规定",
    "条件",
    "要求",
    "标准",
    "范围",
    "协议",
    "体验",
    "权益",
    "等级",
    "费",
    "费用",
    "金额",
    "价格",
    "单价",
    "总价",
    "运费",
    "余额",
    "数量",
    "重量",
    "毛重",
    "净重",
    "尺寸",
    "尺码",
    "规格",
    "型号",
    "颜色",
    "材质",
    "成分",
    "产地",
    "品牌",
    "包装",
    "配置",
    "参数",
    "功能",
    "特点",
    "优点",
    "缺点",
    "建议",
    "意见",
    "反馈表",
    "公司",
    "快递",
    "物流",
    "城市",
    "地区",
    "区域",
    "部门",
    "职位",
    "端",
    "秀",
    "群",
    "版",
    "日",
    "谢谢",
    "感谢",
    "抱歉",
    "您好",
    "你好",
    "好的",
    "朋友",
    "们",
    "亲",
    "亲爱的",
    "亲亲",
    "温馨",
    "如下",
    "例如",
    "比如",
    "即",
    "总结",
    "其中",
    "另外",
    "此外",
    "优惠",
    "活动",
    "赠品",
    "套餐",
    "发票",
    "抬头",
    "税号",
    "银行",
    "户名",
    "安装",
    "高度",
    "宽度",
    "长度",
    "温度",
    "白色",
    "黑色",
    "红色",
    "黄色",
    "蓝色",
    "绿色",
    "灰色",
    "粉色",
    "尺码表",
    "周期",
    "进度",
    "状态",
    "关键词",
    "标题",
    "主题",
    "附件",
    "来源",
    "渠道",
    "平台",
    "门店",
    "网点",
    "首先",
    "其次",
    "最后",
    "第一",
    "第二",
    "第三",
    "方向",
    "上午",
    "下午",
    "晚上",
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    "今天",
    "明天",
    "http",
    "https",
    "ftp",
    "app",
    "id",
    "qq",
    "tel",
    "email",
    "wifi",
    "ps",
    "sku",
    "url",
    "vip",
    "usb",
    "ip",
    "imei",
    "sn",
    "note",
    "tips",
    "re",
    "fw",
];

/// Words that stand in sentences and salutations but in no label.
const NO_LABEL_WORDS: &[&str] = &[
    "请", "您", "你", "我", "联系", "咨询", "让", "的", "可以", "可", "由", "给", "致", "各位", "尊", "敬", "亲爱",
    "广大", "所有", "新老", "不", "会", "在", "了", "吗",
];

/// What stands behind a label where somebody's words are reported: 商家回复：, 顾客留言：.
const SAYING: &[&str] =
    &["说", "问", "答", "回复", "回答", "答复", "回应", "留言", "评价", "评论", "追评", "反馈", "诉求"];

/// The role of `name` if it is a known label: one of the options' or a usual one, perhaps with a number or a name.
pub(super) fn known(name: &str, options: &ExtractOptions) -> Option<Role> {
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '【' | '】' | '[' | ']'));
    if name.is_empty() {
        return None;
    }
    let own = [
        (&options.agent_labels, Role::Agent),
        (&options.customer_labels, Role::Customer),
        (&options.system_labels, Role::System),
    ];
    for (labels, role) in own {
        for label in labels {
            let label = label.trim().trim_end_matches([':', '：']).trim_end();
            if !label.is_empty() && name.strip_prefix(label).is_some_and(|rest| rest.is_empty() || numbered(rest)) {
                return Some(role);
            }
        }
    }
    if SYSTEM_NOTICES.contains(&name) {
        return Some(Role::System);
    }
    let lower;
    let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        lower = name.to_ascii_lowercase();
        &lower
    } else {
        name
    };
    let role = longest(|label| labelled(name, label));
    // 王敏（客服）
    role.or_else(|| {
        let inner = name.strip_suffix([')', '）', ']', '】'])?.rsplit_once(['(', '（', '[', '【'])?.1;
        longest(|label| inner.strip_prefix(label).is_some_and(|rest| rest.is_empty() || numbered(rest)))
    })
}

/// The role of the longest label that `fits`: 客户经理 is no customer.
fn longest(fits: impl Fn(&str) -> bool) -> Option<Role> {
    let mut best: Option<(&str, Role)> = None;
    for (label, role) in LABELS {
        if best.is_none_or(|(best, _)| best.len() < label.len()) && fits(label) {
            best = Some((label, *role));
        }
    }
    best.map(|(_, role)| role)
}

/// Whether `name` is `label` with something attached in front or behind.
fn labelled(name: &str, label: &str) -> bool {
    if let Some(rest) = name.strip_prefix(label) {
        return rest.is_empty() || attached(rest) && (!label.is_ascii() || numbered(rest));
    }
    if let Some(rest) = name.strip_suffix(label) {
        // 小美客服, 匿名用户; english ones need a space.
        return !label.is_ascii()
            && rest.chars().all(in_names)
            && rest.chars().count() <= 12
            && !reads_as_sentence(rest);
    }
    false
}

/// Whether `rest` is a number, or stands apart from the label by a mark.
fn numbered(rest: &str) -> bool {
    let marked = rest.starts_with(['-', '_', '(', '（', '·', '#', '.', '@', ' ', '—', '/', '|'])
        && rest.chars().count() <= 12
        && !reads_as_sentence(rest);
    marked
        || rest.chars().count() <= 8
            && rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.trim_end_matches('号').bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether `rest` can stand attached to a label: a number, or the name of a person.
fn attached(rest: &str) -> bool {
    numbered(rest)
        || SAYING.contains(&rest)
        || rest.chars().count() <= 4
            && rest.chars().all(in_names)
            && !reads_as_sentence(rest)
            && !FIELD_ENDINGS.iter().any(|ending| rest.ends_with(ending))
}

pub(super) fn reads_as_sentence(text: &str) -> bool {
    NO_LABEL_WORDS.iter().any(|word| text.contains(word))
}

/// Surnames with which few other words begin.
pub(super) const SURNAMES: &str = "张王李赵刘陈杨吴周徐孙朱胡郭林罗郑梁宋唐韩冯邓曹彭肖田董袁潘蒋蔡杜苏魏吕丁沈姚卢姜崔谭陆汪廖贾韦傅邹孟熊秦邱尹薛闫侯陶黎贺郝龚邵覃戴";

pub(super) fn in_names(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '·' | '.' | '@' | '#' | '(' | ')' | '（' | '）' | ' ')
}

/// Whether an unknown name is that of a customer's account on a market place: tb12345678, jd_4f5e6, 小**3.
pub(super) fn is_account(name: &str) -> bool {
    let name = name.trim();
    name.contains("**")
        || ["tb", "jd_", "wxid_"].iter().any(|prefix| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| rest.len() >= 4 && rest.bytes().any(|byte| byte.is_ascii_digit()))
        })
}
