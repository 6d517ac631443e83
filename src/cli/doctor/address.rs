//! The address of the site, and what the proxy in front of it says of visitors.

use std::time::Duration;

use axum::http::Uri;
use axum_client_ip::ClientIpSource;
use tokio::net::lookup_host;

use crate::cli::doctor::finding::DoctorFinding;
use crate::cli::settings::Serve;
use crate::cli::start::CLIENT_ADDRESS;

const DNS: Duration = Duration::from_secs(5);

pub async fn look(serve: &Serve) -> Vec<DoctorFinding> {
    let base_url = match serve.checked_base_url() {
        Ok(base_url) => base_url,
        Err(error) => {
            return vec![DoctorFinding::failed(&error, "See what each setting says: mybackpain config")];
        }
    };
    let host = base_url.parse::<Uri>().ok().and_then(|uri| Some(uri.host()?.to_owned())).unwrap_or_default();
    let is_here = is_this_machine(&host);
    let mut findings = Vec::new();
    if !base_url.starts_with("https://") && !is_here {
        findings.push(DoctorFinding::mend(
            format!("The site is at {base_url}, where what patients write crosses the internet in the clear."),
            "Put Caddy or nginx in front, as in deploy/, and set base-url to an address that begins with https://.",
        ));
    }
    if !is_in_dns(&host).await {
        findings.push(DoctorFinding::mend(
            format!("The name {host} has no address in the DNS that this machine asks."),
            format!("Where the name is registered, add an A record (and AAAA) for {host} with the address of this machine."),
        ));
    }
    if serve.base_url.is_none() {
        findings.push(DoctorFinding::look(
            "The site is for this machine alone: set base-url to the https address that patients use.",
        ));
    } else if findings.is_empty() {
        findings.push(DoctorFinding::good(format!("The address of the site, {base_url}, can be used.")));
    }
    findings.extend(proxy(serve, base_url.starts_with("https://")));
    findings
}

fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

async fn is_in_dns(host: &str) -> bool {
    let found = tokio::time::timeout(DNS, lookup_host((host.trim_matches(['[', ']']), 443))).await;
    found.is_ok_and(|found| found.is_ok_and(|mut addresses| addresses.next().is_some()))
}

fn proxy(serve: &Serve, is_https: bool) -> Option<DoctorFinding> {
    let is_direct = matches!(serve.client_ip, ClientIpSource::ConnectInfo);
    if is_https && is_direct {
        return Some(DoctorFinding::mend(
            "All visitors look like one to the limits on forms: the address of the proxy is taken for theirs.",
            format!("Behind a proxy, {CLIENT_ADDRESS}."),
        ));
    }
    if !is_direct && !serve.listen.ip().is_loopback() {
        return Some(DoctorFinding::look(format!(
            "Visitors who reach {} without the proxy can say of themselves what address they have: listen on 127.0.0.1, or let only the proxy reach it.",
            serve.listen
        )));
    }
    (!is_direct).then(|| DoctorFinding::good("The address of a visitor is read from what the proxy says."))
}
