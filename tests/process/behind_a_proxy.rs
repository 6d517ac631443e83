//! A site with an https address: what it warns of, what it refuses, and how its headers score.

use scraper::{Html, Selector};

use crate::client::{Answer, get, post, request_form};
use crate::program::{Program, command, data_folder, run};

const HTTPS: &[&str] = &["--base-url", "https://clinic.example", "--mail-to-files"];

/// What the HTTP Observatory adds to 100 for what we send (mdn/mdn-http-observatory, src/grader/charts.js, August 2026):
/// the test's name, whether we meet it, and its modifier. Redirection and CORS add nothing; a preloaded domain adds 5,
/// which is the clinic's to ask for.
fn score(page: &Answer, cookies: &[String]) -> i32 {
    let header = |name: &str| page.header(name).unwrap_or_default().to_lowercase();
    let policy = header("content-security-policy");
    let directive = |name: &str| {
        let found =
            policy.split(';').filter_map(|part| part.trim().split_once(' ')).find(|(key, _)| *key == name);
        found.map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let one = |name: &str| {
        let prefix = format!("{name}:");
        page.head.lines().filter(|line| line.to_lowercase().starts_with(&prefix)).count() == 1
    };
    let scripts = Selector::parse("script[src]").unwrap();
    let body = Html::parse_document(&page.body);
    let mut scripts = body.select(&scripts).peekable();
    let has_scripts = scripts.peek().is_some();
    let with_integrity = scripts.all(|script| {
        script.attr("src").is_some_and(|src| src.starts_with('/')) && script.attr("integrity").is_some()
    });
    let max_age = header("strict-transport-security")
        .split(';')
        .find_map(|part| part.trim().strip_prefix("max-age=")?.parse::<u64>().ok())
        .unwrap_or(0);
    let cookie_is_safe = |cookie: &String| {
        let cookie = cookie.to_lowercase();
        ["; secure", "; httponly"].iter().all(|flag| cookie.contains(flag))
            && (cookie.contains("samesite=lax") || cookie.contains("samesite=strict"))
    };
    let no_unsafe = !policy.contains("unsafe") && !policy.contains("data:") && !policy.contains("http:");
    let own_forms = ["'none'", "'self'"].contains(&directive("form-action").as_str());
    let private = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
    [
        (
            "csp: none by default, nothing unsafe",
            directive("default-src") == "'none'" && no_unsafe && own_forms,
            10,
            -25,
        ),
        (
            "cookies: secure, httponly, samesite",
            cookies.iter().all(cookie_is_safe),
            if cookies.is_empty() { 0 } else { 5 },
            -40,
        ),
        ("referrer policy: private", private.contains(&header("referrer-policy").as_str()), 5, -5),
        ("hsts: six months or more", max_age >= 15_768_000, 0, -20),
        ("sri: all scripts", has_scripts && with_integrity, 5, 0),
        ("nosniff", header("x-content-type-options") == "nosniff", 0, -5),
        ("frames: by csp", directive("frame-ancestors") == "'none'", 5, -20),
        ("corp: same-origin", header("cross-origin-resource-policy") == "same-origin", 10, 0),
        ("coop: same-origin", header("cross-origin-opener-policy") == "same-origin", 10, 0),
        ("coep: require-corp", header("cross-origin-embedder-policy") == "require-corp", 10, 0),
        ("cors: not implemented", header("access-control-allow-origin").is_empty(), 0, -50),
        ("one header of each", one("content-security-policy") && one("cross-origin-opener-policy"), 0, -25),
    ]
    .into_iter()
    .fold(100, |score, (name, met, adds, costs)| {
        assert!(met, "{name}: {}", page.head);
        score + if met { adds } else { costs }
    })
}

#[test]
fn the_observatory_gives_155_and_five_more_where_there_is_a_cookie() {
    let (_folder, data) = data_folder();
    let program = Program::start_behind_a_proxy(&data, HTTPS);
    let address = program.address;
    for path in ["/", "/fact-sheets/sleep-and-back-pain", "/consultations/new", "/staff/sign-in", "/nowhere"]
    {
        let page = get(address, path).unwrap();
        assert!(score(&page, &[]) >= 155, "{path}: {}", score(&page, &[]));
    }
    let no = vec![("answer".to_owned(), "no".to_owned())];
    let second = post(address, "/assessment/safety", &no).unwrap();
    let begun = post(address, second.header("location").unwrap(), &no).unwrap();
    let cookies: Vec<String> = begun.header("set-cookie").map(str::to_owned).into_iter().collect();
    assert_eq!(cookies.len(), 1, "{}", begun.head);
    assert_eq!(score(&get(address, "/").unwrap(), &cookies), 160);
    program.stop();
}

#[test]
fn an_https_site_that_takes_the_proxy_for_its_visitors_is_warned() {
    let (_folder, data) = data_folder();
    let program = Program::start_behind_a_proxy(&data, HTTPS);
    assert!(program.log().contains("--client-ip"), "{}", program.log());
    program.stop();
    let program =
        Program::start_behind_a_proxy(&data, &[HTTPS, &["--client-ip", "RightmostXForwardedFor"]].concat());
    assert!(!program.log().contains("--client-ip"), "{}", program.log());
    program.stop();
}

#[test]
fn a_demonstration_is_not_served_with_an_https_address() {
    let (_folder, data) = data_folder();
    let data_text = data.to_str().unwrap();
    let made = run(command(&["demo", "--requests", "1", "--data", data_text]), "");
    assert_eq!(made.code, Some(0), "{}", made.errors);
    let serve = [&["serve", "--listen", "127.0.0.1:0", "--data", data_text][..], HTTPS].concat();
    let refused = run(command(&serve), "");
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("is a demonstration"), "{}", refused.errors);
}

#[test]
fn the_most_talkative_log_says_no_token_and_no_word_that_was_typed() {
    let (_folder, data) = data_folder();
    let program = Program::start_talkative(&data);
    let address = program.address;
    let token = "0123456789abcdef0123456789abcdef01234567";
    for path in
        [format!("/consultations/{token}"), format!("/summaries/{token}"), format!("/search?q={token}")]
    {
        get(address, &path).unwrap();
    }
    let form = request_form("a xylophone fell on me");
    let check = post(address, "/consultations/new", &form).unwrap();
    std::thread::sleep(crate::client::READING);
    let sent = post(address, "/consultations/new", &check.answers()).unwrap();
    let key = sent.confirmed_key().unwrap().to_owned();
    std::thread::sleep(std::time::Duration::from_secs(1));
    let log = program.log();
    for secret in [token, &key, "xylophone", "Ada Lovelace", "ada@example.org", "07700 900123"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    program.stop();
}
