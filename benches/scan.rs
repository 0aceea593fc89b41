//! How fast a whole run is: the program itself over generated chat text, and ripgrep over the same text with the same
//! literals where it is installed. Prints medians and ratios; asserts no time.
//!
//! `cargo bench --bench scan` takes 100 MB; `-- --short` takes 4 MB and one run, for CI; `-- --text FILE --lines FILE
//! --tree FOLDER` measures on other material.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Polite replies with room for numbers; one line in fifty gets an offence behind it.
const POLITE: [&str; 10] = [
    "您好，您的订单{n}已经发出，预计明天送达，请您留意电话哦",
    "亲，这款目前有现货，今天下单明天就能发出，满{n}元包邮",
    "非常抱歉让您久等了，我马上帮您核实一下，请您稍等片刻。",
    "退款{n}元已经原路退回，到账时间约1-3个工作日，感谢您的理解",
    "您可以在订单详情页点击“申请售后”，按照提示填写信息后提交就可以啦",
    "尺码方面，您身高{n}cm的话建议选择M码，喜欢宽松可以大一码",
    "我理解您的心情，换成是我也会着急的，我这就帮您联系快递网点",
    "发票已经开好了，会在{n}小时内发送到您的邮箱，请注意查收",
    "换货的话需要您先把商品寄回，运费我们来承担，您看可以吗？",
    "这个活动到本周五结束，到时候价格会有变化，您可以先加入购物车",
];

const OFFENCES: [&str; 6] =
    ["，这个我们处理不了", "，不是跟您说过了吗", "，自己看详情页", "，这不是我们的问题", "，爱买不买", "，没办法"];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let short = args.iter().any(|arg| arg == "--short");
    let given = |flag: &str| args.iter().position(|arg| arg == flag).and_then(|at| args.get(at + 1)).map(PathBuf::from);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let literals = folder.join("literals.txt");
    let printed = Command::new(program()).args(["lexicon", "literals"]).output().expect("the program runs");
    fs::write(&literals, printed.stdout).expect("the target folder can be written");

    let text = given("--text").unwrap_or_else(|| write_text(&folder, if short { 4_000_000 } else { 100_000_000 }));
    let line = given("--line").unwrap_or_else(|| {
        let line = folder.join("line.txt");
        fs::write(&line, format!("{}\n", POLITE[0])).expect("the target folder can be written");
        line
    });
    let tree = given("--tree").unwrap_or_else(|| write_tree(&folder, if short { 400 } else { 10_000 }));
    let runs = if short { 1 } else { 5 };
    println!("{:<18} {:>12} {:>12} {:>7}", "median of", "wanyan", "rg", "ratio");
    for (name, path) in [("one line", &line), ("one large file", &text), ("many small files", &tree)] {
        let own = median(runs, || run(program(), &["check", "--no-config", "-j1", "--format", "concise"], path));
        let peer = median(runs, || run("rg", &["-c", "-F", "-j1", "-f", &literals.to_string_lossy()], path));
        match (own, peer) {
            (Some(own), Some(peer)) => {
                println!("{name:<18} {own:>12.2?} {peer:>12.2?} {:>7.2}", own.as_secs_f64() / peer.as_secs_f64())
            }
            (Some(own), None) => println!("{name:<18} {own:>12.2?} {:>12} {:>7}", "no rg", "–"),
            (None, _) => panic!("{} does not run", program()),
        }
    }
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_wanyan")
}

/// The time of one run, whatever it finds; nothing where the program is not there.
fn run(program: &str, args: &[&str], path: &Path) -> Option<Duration> {
    let start = Instant::now();
    let status = Command::new(program)
        .args(args)
        .arg(path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    let elapsed = start.elapsed();
    matches!(status.code(), Some(0 | 1)).then_some(elapsed)
}

fn median(runs: usize, mut one: impl FnMut() -> Option<Duration>) -> Option<Duration> {
    let mut times: Vec<Duration> = (0..runs).map(|_| one()).collect::<Option<_>>()?;
    times.sort();
    times.get(times.len() / 2).copied()
}

fn write_text(folder: &Path, bytes: usize) -> PathBuf {
    let mut text = String::with_capacity(bytes + 200);
    let mut number = 0;
    while text.len() < bytes {
        push_line(&mut text, number);
        number += 1;
    }
    let path = folder.join("chat.txt");
    fs::write(&path, text).expect("the target folder can be written");
    path
}

fn write_tree(folder: &Path, files: usize) -> PathBuf {
    let tree = folder.join(format!("tree-{files}"));
    let mut number = 0;
    for file in 0..files {
        let parent = tree.join(format!("{:03}", file / 100));
        fs::create_dir_all(&parent).expect("the target folder can be written");
        let mut text = String::new();
        while text.len() < 2_000 {
            push_line(&mut text, number);
            number += 1;
        }
        fs::write(parent.join(format!("{file}.txt")), text).expect("the target folder can be written");
    }
    tree
}

fn push_line(text: &mut String, number: usize) {
    // A step that shares no factor with the count goes through all of them in a mixed order.
    let polite = POLITE[number * 7 % POLITE.len()];
    text.push_str(&polite.replace("{n}", &(100 + number * 37 % 900).to_string()));
    if number.is_multiple_of(50) {
        text.push_str(OFFENCES[number / 50 % OFFENCES.len()]);
    }
    text.push('\n');
}
