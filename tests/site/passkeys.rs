//! Passkeys: made under "Your account", used in place of password and code, and refused where anything is not as it was.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::web::security::Limits;

use crate::support::passkey::{
    ADD, Device, NEW, SIGN_IN, assert_refused, begin, challenge, register, send, sign_in,
};
use crate::support::{Answer, PASSWORD, Site};

const EMAIL: &str = "priya@example.org";
const SECOND_STEP: &str = "/staff/sign-in/code/passkey";

#[tokio::test]
async fn a_passkey_is_made_with_the_password_and_signs_in_without_it() {
    let site = Site::open().await;
    let mut priya = site.staff().await;
    for (form, field) in [
        (&[("name", "Phone"), ("present", "three odd words")][..], "#present"),
        (&[("name", " "), ("present", PASSWORD)], "#name"),
    ] {
        let refused = priya.post(NEW, form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.attribute(".problems a", "href"), [field]);
    }
    let mut device = Device::new(b"priya's phone");
    register(&mut priya, &mut device, "My <b>phone</b> \u{202e}\"&").await;
    let account = priya.get("/staff/account").await;
    assert_eq!(account.first("#passkeys ~ table th[scope=row]"), "My <b>phone</b> \"&");
    assert!(!account.body.contains("<b>phone"));
    assert!(!device.handle.contains("priya") && device.handle.len() == 43, "{}", device.handle);

    device.count += 1;
    let mut elsewhere = site.visitor();
    let asked = challenge(&mut elsewhere, SIGN_IN).await;
    let mut form = device.used(&asked);
    form.push(("return_to", "/staff/calls?a=b".to_owned()));
    assert_eq!(send(&mut elsewhere, SIGN_IN, &form).await.location(), "/staff/calls?a=b");
    assert_eq!(elsewhere.get("/staff").await.status, StatusCode::OK);
    for what in ["added a passkey", "used a passkey"] {
        assert_eq!(site.count(&format!("audit where what = '{what}' and staff_id = 1")).await, 1, "{what}");
    }
    let again = send(&mut elsewhere, SIGN_IN, &device.used(&asked)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a challenge is used once");
    assert_eq!(site.count("staff_sessions where step = 'full' and ended_at is null").await, 2);
}

#[tokio::test]
async fn a_passkey_is_the_second_step_of_its_own_account_alone() {
    let site = Site::open().await;
    let mut priya = site.staff().await;
    let mut sam = site.staff_as(Role::Reception).await;
    let (mut hers, mut his) = (Device::new(b"hers"), Device::new(b"his"));
    register(&mut priya, &mut hers, "Phone").await;
    register(&mut sam, &mut his, "Phone").await;
    (hers.count, his.count) = (2, 2);
    let mut half = site.visitor();
    half.post("/staff/sign-in", &[("email", EMAIL), ("password", PASSWORD), ("to", "/staff/calls")]).await;
    let page = half.get("/staff/sign-in/code").await;
    assert_eq!(page.attribute("form[data-passkey]", "action"), [SECOND_STEP]);
    let asked = challenge(&mut half, SECOND_STEP).await;
    let refused = send(&mut half, SECOND_STEP, &his.used(&asked)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "of a colleague");
    assert!(half.get("/staff").await.location().starts_with("/staff/sign-in"));
    let asked = challenge(&mut half, SECOND_STEP).await;
    let mut other = site.visitor();
    let stolen = challenge(&mut other, SIGN_IN).await;
    assert_eq!(
        send(&mut half, SECOND_STEP, &hers.used(&stolen)).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    hers.handle = String::new();
    let done = send(&mut half, SECOND_STEP, &hers.used(&asked)).await;
    assert_eq!(done.location(), "/staff/calls", "a key that keeps no name of its owner is a second step too");
    assert_eq!(half.get("/staff").await.status, StatusCode::OK);
    hers.count += 1;
    assert_refused(&site, &hers, "but not a first").await;
}

#[tokio::test]
async fn what_is_not_of_this_site_this_moment_this_owner_and_this_device_signs_nobody_in() {
    let site = Site::open().await;
    let mut priya = site.staff().await;
    let mut device = Device::new(b"priya's phone");
    register(&mut priya, &mut device, "Phone").await;
    device.count = 7;
    let (ours, flags, handle) = (device.origin, device.flags, device.handle.clone());
    for origin in [
        "https://localhost",
        "http://localhost:81",
        "http://evil.localhost",
        "http://localhost.evil.example",
        "null",
    ] {
        device.origin = origin;
        assert_refused(&site, &device, origin).await;
    }
    device.origin = ours;
    device.site = "evil.example";
    assert_refused(&site, &device, "another site").await;
    device.site = "localhost";
    for unseen in [0x04, 0x01, 0x00] {
        device.flags = unseen;
        assert_refused(&site, &device, "nobody was asked").await;
    }
    device.flags = flags;
    for other in ["", "AAAA", "priya@example.org"] {
        device.handle = other.to_owned();
        assert_refused(&site, &device, "of another account").await;
    }
    device.handle = handle;
    let own = std::mem::replace(&mut device.pair, Device::new(b"x").pair);
    assert_refused(&site, &device, "another key").await;
    device.pair = own;
    device.id = b"nobody's".to_vec();
    assert_refused(&site, &device, "unknown").await;
    device.id = b"priya's phone".to_vec();

    let mut visitor = site.visitor();
    let asked = challenge(&mut visitor, SIGN_IN).await;
    let elsewhere = send(&mut site.visitor(), SIGN_IN, &device.used(&asked)).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY, "given to another browser");
    let asked = challenge(&mut visitor, SIGN_IN).await;
    site.clock.advance(SignedDuration::from_mins(5));
    let late = send(&mut visitor, SIGN_IN, &device.used(&asked)).await;
    assert!(late.first(".problems").contains("too long"), "{}", late.words());
    let asked = challenge(&mut visitor, SIGN_IN).await;
    let whole = device.used(&asked);
    for cut in 0..whole.len() {
        for odd in ["", "\u{0}", "%", "=", "YQ", &"A".repeat(20_000)] {
            let mut form = whole.clone();
            form[cut].1 = odd.to_owned();
            let refused = send(&mut visitor, SIGN_IN, &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{} {odd:.9}", whole[cut].0);
        }
    }
    assert_eq!(sign_in(&site, &device).await.location(), "/staff", "as it is it is let in");
}

#[tokio::test]
async fn a_counter_that_stands_or_goes_back_is_refused_and_audited_and_one_that_is_never_kept_is_not() {
    let site = Site::open().await;
    let mut priya = site.staff().await;
    let mut device = Device::new(b"counts");
    device.count = 5;
    register(&mut priya, &mut device, "Phone").await;
    for count in [5, 4, 0] {
        device.count = count;
        assert_refused(&site, &device, "behind").await;
    }
    assert_eq!(site.count("audit where what = 'a passkey was refused: its counter went back'").await, 3);
    device.count = 6;
    assert_eq!(sign_in(&site, &device).await.location(), "/staff");
    assert_refused(&site, &device, "the same again").await;
    let mut without = Device::new(b"counts nothing");
    without.count = 0;
    register(&mut priya, &mut without, "Tablet").await;
    for _ in 0..2 {
        assert_eq!(sign_in(&site, &without).await.location(), "/staff");
    }
}

#[tokio::test]
async fn a_removed_passkey_and_one_of_a_disabled_account_sign_nobody_in() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let mut priya = site.staff().await;
    let mut device = Device::new(b"phone");
    register(&mut priya, &mut device, "Phone").await;
    let page = priya.get("/staff/account").await.attribute("#passkeys ~ table a", "href");
    let removal = page[0].clone();
    assert_eq!(admin.get(&removal).await.status, StatusCode::NOT_FOUND, "nobody sees those of a colleague");
    assert_eq!(admin.post(&removal, &[("present", PASSWORD)]).await.status, StatusCode::NOT_FOUND);
    admin.post("/staff/people/2/disabling", &[]).await;
    device.count += 1;
    assert_refused(&site, &device, "disabled").await;
    admin.post("/staff/people/2/enabling", &[]).await;
    assert_eq!(sign_in(&site, &device).await.location(), "/staff");

    device.count += 1;
    let mut thief = site.visitor();
    let asked = challenge(&mut thief, SIGN_IN).await;
    send(&mut thief, SIGN_IN, &device.used(&asked)).await;
    site.clock.advance(SignedDuration::from_secs(90));
    let mut priya = site.staff().await;
    let refused = priya.post(&removal, &[("present", "three odd words")]).await;
    assert_eq!(refused.attribute(".problems a", "href"), ["#present"]);
    assert_eq!(priya.post(&removal, &[("present", PASSWORD)]).await.location(), "/staff/account");
    assert_eq!(priya.get("/staff").await.status, StatusCode::OK);
    assert!(thief.get("/staff").await.location().starts_with("/staff/sign-in"), "signed in with it");
    device.count += 1;
    assert_refused(&site, &device, "removed").await;
    assert_eq!(site.count("audit where what = 'removed a passkey'").await, 1);
}

#[tokio::test]
async fn a_reset_link_shuts_passkeys_out_and_removes_those_that_their_owner_does_not_hold() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let mut priya = site.staff().await;
    let (mut laptop, mut phone) = (Device::new(b"laptop"), Device::new(b"phone"));
    register(&mut priya, &mut laptop, "Laptop").await;
    register(&mut priya, &mut phone, "Phone").await;
    let made = admin.post("/staff/people/2/reset", &[("reset", "password")]).await;
    let link = made.first("[data-link]").replace("http://localhost", "");
    (laptop.count, phone.count) = (2, 2);
    assert_refused(&site, &laptop, "before the link was used").await;
    let page = site.visitor().get(&link).await;
    let kept = page.attribute("input[name=keep]", "value");
    assert_eq!((kept.len(), page.all("input[checked]").len()), (2, 0), "{}", page.words());
    let form = [("password", "teapot lorry glacier"), ("keep", &kept[0]), ("keep", "x"), ("keep", "-1")];
    assert_eq!(site.visitor().post(&link, &form).await.location(), "/staff/sign-in/code");
    assert_refused(&site, &phone, "not kept").await;
    assert_eq!(sign_in(&site, &laptop).await.location(), "/staff");
}

#[tokio::test]
async fn a_device_makes_a_passkey_only_where_and_when_it_was_asked_to() {
    let site = Site::open().await;
    let mut priya = site.staff().await;
    let mut device = Device::new(b"phone");
    let asked = begin(&mut priya, &mut device, "Phone").await;
    let mut sam = site.staff_as(Role::Reception).await;
    let stolen = send(&mut sam, ADD, &device.made(&asked)).await;
    assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY, "in the session of a colleague");
    let challenge = challenge(&mut site.visitor(), SIGN_IN).await;
    assert_eq!(
        send(&mut priya, ADD, &device.made(&challenge)).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    device.flags = 0x01;
    let asked = begin(&mut priya, &mut device, "Phone").await;
    assert_eq!(send(&mut priya, ADD, &device.made(&asked)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    device.flags = 0x05;
    let asked = begin(&mut priya, &mut device, "Phone").await;
    site.clock.advance(SignedDuration::from_mins(5));
    let late = send(&mut priya, ADD, &device.made(&asked)).await;
    assert!(late.first(".problems").contains("too long"));
    register(&mut priya, &mut device, "Phone").await;
    let again = begin(&mut priya, &mut device, "Phone").await;
    assert_eq!(send(&mut priya, ADD, &device.made(&again)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.count("passkeys").await, 1, "a device is added once");
    for number in 1..20 {
        register(&mut priya, &mut Device::new(&[number]), "Another").await;
    }
    let mut one_more = Device::new(b"one more");
    let asked = begin(&mut priya, &mut one_more, "Another").await;
    let full = send(&mut priya, ADD, &one_more.made(&asked)).await;
    assert!(full.first(".problems").contains("Remove a passkey"), "{}", full.words());
}

#[tokio::test]
async fn a_site_without_a_secure_name_shows_no_passkeys_and_scripts_may_use_them_on_the_desk_alone() {
    let (with, without) = (Site::open().await, Site::with(Limits::none(), "http://desk.example.org").await);
    for (site, expected) in [(&with, StatusCode::OK), (&without, StatusCode::NOT_FOUND)] {
        let is_there = expected == StatusCode::OK;
        let page = site.visitor().get("/staff/sign-in").await;
        assert_eq!(page.all("form[data-passkey]").len(), usize::from(is_there));
        assert_eq!(
            page.attribute("form[data-passkey]", "hidden").len(),
            usize::from(is_there),
            "without script"
        );
        let mut priya = site.staff().await;
        assert_eq!(priya.get("/staff/account").await.body.contains(NEW), is_there);
        assert_eq!(priya.get(NEW).await.status, expected);
        assert_eq!(site.visitor().post(&format!("{SIGN_IN}/challenge"), &[]).await.status, expected);
    }
    let policy = |page: &Answer| page.header("permissions-policy").to_owned();
    let public = policy(&with.visitor().get("/contact").await);
    assert!(
        public.contains("publickey-credentials-get=()") && public.contains("publickey-credentials-create=()")
    );
    let desk = policy(&with.visitor().get("/staff/sign-in").await);
    assert!(
        desk.contains("publickey-credentials-get=(self)")
            && desk.contains("publickey-credentials-create=(self)")
    );
    assert_eq!(desk.replace("(self)", "()"), public, "and nothing else");
}

#[tokio::test]
async fn challenges_and_passkeys_are_tried_only_so_often_from_one_network() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut seen = Vec::new();
    for number in 0..32 {
        let path = if number % 2 == 0 { format!("{SIGN_IN}/challenge") } else { SIGN_IN.to_owned() };
        seen.push(site.visitor().post(&path, &[]).await.status);
    }
    assert_eq!(seen[..2], [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]);
    assert_eq!(seen[31], StatusCode::TOO_MANY_REQUESTS);
}
