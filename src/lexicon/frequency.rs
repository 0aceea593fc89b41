//! How often pairs of characters stand in polite replies: what the prefilter asks to choose windows that tell much.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The most frequent pairs, the most frequent first, in the 960 polite messages that were written for this project by
/// six writers of different trades (each at least four times in 22,442 pairs).
const PAIRS: &str = "我们可以给您抱歉的话帮您是我已经谢谢您的今天不能没有一下不好师傅电话意思不了不用谢您分钟还是您好您看一次什么发您申请确实跟您您说自己好意手机时间需要到了对不小时现在就行我帮方便系统不起提前问题上门免费感谢我来短信结果让您就能您先直接这个麻烦下午了一如果就好我先我给收到明天清楚出来请问一般作日到您工作的是给我联系要是话我原因提交提醒看看一个不过个工今晚保证发我材料看到一起之前关系处理大概建议当天您留我把一遍不收可能告诉备注快递怎么暂时理解银行不是到的办法同事好了您可情况我已操作支持没关没法点前登记目前确认退款一张也可以先以吗发票您这我发我看截图打电着急能不运费这边重新随时一份一趟不会不到两个也没以后周五回复影响很抱您不您是您要您问我也检测知道视频觉得记录账户费用路上过了过去还款这样一声一点下来不行不要为什公司周三哪一孩子安全密码工单平台您一您提我去我就我这或者所以找我是哪照片第一要的说一说明还有退回错了一位一定上午个月也不们的份证先把原路向您因为天就实在审核您发您打我没我的报告时内是您核实核对登录的时看了结论要看规定责任费我超过身份辛苦还没这单这次这笔道歉部分随便非常预计马上骑手一天一条一步一直三天不敢不清不知两天会员便的先给到账前一前还加急十分单号反馈取消回您因是安装左右店里得对恢复您回您登我不我在我理收费时候明早有没正常没办没问烦您看一窗口第二网点能是试试请您还不还在这款那边邮箱都可问我页面不一也能以免先帮先生到底前台前给十点即可合同合适周四哪个四点地址实不客服就是常抱得不您了您慢您把慢慢我一我查打包投诉担心换新明年昨晚是什替您服务本人权限留言的地第三续费要不说得资料这是退货门口陪您一样一笔三方不在两点个人中午也行了我交易以在以帮们一们没会儿会先公斤关于其他几点到货在我地方天上天下急用您反您想您道我再我现接到时没晚上更新有人期间没到消息点到点半物业理赔的问看不等了答复肯定能退自动行吗行李诉您账单赶紧路退转给这一这么这种进展通知那句都能上传上去下周下次下班不准不支不该主管了吗了您件事信息修不充电入账全程全额公里再打决定冻结分百刚才到期前我包裹医院单位发到发的受理司机后面周末回来垃圾天中天内女士好的安排定损家长容易小票属于差价录音必须您再您别您拍您查您添您自您讲您跑您转您那我会我可我替我都打开打给报价抬头拍照按规换谁改不放了料我方案日内明白是的显示有一有效有结有进机器来找来的果是查到步骤每天没做添麻满意烦了班前用您电子疑问百分的情的意社保考虑能保能办要我证明证码诉我说的负责费换赔付过来这件配件配合重复链接问是验证一半三个三点上一上了上的不上不便不去不开不影不急业主两小中心主任主板了两争取产品人工他们付款以走以退们先们出们看任在会有位同位置使用保修保单保险信任修好做好停车傻瓜先别先在先跟入口八点公告写的凌晨别担到电前会前面医生单我卖家卡在去了反映发来取件号的各位同意周日在抱在的在这培训复核多扣多收好吗实是客户对一尊敬小哥就可尾号展我带着开通您备您家您带您手您报您换您排您操您改您来您没您直您等您约您邮您重我手我让我陪扣款扣费承担把您拍给描述提到效期敬的数据日志时问是不是觉更换月底机上机号机构来不来就查询次日正品没事没人没看派送流程用再用的由我电梯电池留了留着的保的号的权的都看行真的码就祝您等着答应签收系您经在维修老师能换般当苦您补发讲一设置话可谁都调取财务贵司跑一跟我车费过敏这就这条进不递员通常造成都会都行金额鉴定问您面单额退一周七天七点上有下结下角不及不合不太不想不方不着不退业务丢失个电临时为了为准为您么原之后也会了三了解事我五分五前今年今早仓库以不以内以到以申以选们也们会们再们已休息优惠体验余额作的你们便说便问做了儿童先用先退免得六点具体写在减免凭证出去出库别人别的到付到时到明到这前没前说前都剩余功能包票医保升级午前午四单上单是卡号原件发一发短变化只能叫我右下号我同一同步同第名字名额后天周一周二周六咱们品牌四位回收回电在就在第在线坏了坏的外箱多少大厅大约天的完成官网定是家里小区尺码屏幕已退希望带身应您应该开箱当时录屏征信得有微信快点思是您之您填您多您开您投您方您现您确您答您联您选您随想退愉快成的我哋我好我打我用房间手动手续打了扣的扫码批次承诺把回护士报销拆机拍一挂失挪到换成授权排队接给支付收的改到放心整机整理新的日期时不时有昨天是两是开是有是第是自晚八晚到最低最近最长有权有点有疑有的本次模板步步每月没接没说海关消的清单激活点一点后理由留个白跑的事的原的同的客的建的我的手的车监控看着真不着您程序稍等站点等一签字约金线路绝对维护编号老人耽误能上能到能帮能开能直苹果范围补充裹已要先要求要等订单记下记得讲清设备话您说不说错请一课时谢提谢配账号购买费的起看路线转过过可返回这事这台进去进度违约退一退您退房送上通过通道都有里没里的重开问下问了问到问的附件难道项目顺延额度驿站";

/// The rank of each frequent pair, from zero.
static RANKS: LazyLock<HashMap<(char, char), u16>> = LazyLock::new(|| {
    let characters: Vec<char> = PAIRS.chars().collect();
    characters.chunks_exact(2).zip(0..).map(|(pair, rank)| ((pair[0], pair[1]), rank)).collect()
});

/// The characters of all frequent pairs.
static SEEN: LazyLock<HashSet<char>> = LazyLock::new(|| PAIRS.chars().collect());

/// Roughly how likely it is that a given pair of a polite reply is this one.
fn pair(left: char, right: char) -> f64 {
    if let Some(rank) = RANKS.get(&(left, right)) {
        // The counts fall about as one over the rank (Zipf), from 181 in 22,442 on.
        return 0.04 / (f64::from(*rank) + 5.0);
    }
    // Unseen pairs differ too: of two, the one whose characters are seen less is the rarer.
    match (SEEN.contains(&left), SEEN.contains(&right)) {
        (true, true) => 1e-5,
        (false, false) => 1e-6,
        _ => 4e-6,
    }
}

/// Roughly how likely it is that two or three neighbouring characters of a polite reply are these.
pub(super) fn likelihood(window: &[char]) -> f64 {
    match window {
        [left, right] => pair(*left, *right),
        [first, second, third] => pair(*first, *second).min(pair(*second, *third)) * 0.2,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_frequent() {
        let of = |text: &str| likelihood(&text.chars().collect::<Vec<char>>());
        assert!(of("我们") > of("责任") && of("责任") > of("甩锅"));
        assert!(of("我们办") < of("我们"));
    }
}
