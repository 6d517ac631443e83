//! Limits that take the same room however many send: whoever is counted falls into one of 65,536 buckets.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// An ISP's customers may stand behind the first 48 bits of an IPv6 address: together they get this many times as much.
const WIDE: u32 = 8;

/// Which bucket someone falls into. It is drawn anew at each start, so that nobody can choose whom they share one with.
#[derive(Default)]
pub struct Draw(RandomState);

impl Draw {
    pub fn bucket(&self, who: &impl Hash) -> u16 {
        // The other bits are as random as these.
        (self.0.hash_one(who) & u64::from(u16::MAX)) as u16
    }
}

/// How often one of something may act.
pub struct Limiter {
    draw: Draw,
    limiter: DefaultKeyedRateLimiter<u16>,
}

impl Limiter {
    pub fn new(quota: Quota) -> Limiter {
        Limiter { draw: Draw::default(), limiter: RateLimiter::keyed(quota) }
    }

    pub fn allows(&self, who: &impl Hash) -> bool {
        self.limiter.check_key(&self.draw.bucket(who)).is_ok()
    }

    pub fn prune(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }

    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.limiter.len()
    }
}

/// How often one network may act: an IPv4 address, or the first 64 bits of an IPv6 one; and, since whoever has one of
/// those has many, also the first 48.
pub struct NetworkLimiter {
    near: Limiter,
    wide: Limiter,
}

impl NetworkLimiter {
    pub fn new(quota: Quota) -> NetworkLimiter {
        let burst = quota.burst_size().saturating_mul(WIDE.try_into().expect("it is not 0"));
        let wide = Quota::with_period(quota.replenish_interval() / WIDE);
        let wide = wide.map_or(quota, |wide| wide.allow_burst(burst));
        NetworkLimiter { near: Limiter::new(quota), wide: Limiter::new(wide) }
    }

    pub fn allows(&self, from: IpAddr) -> bool {
        let near = network(from);
        // The wide one first: who is stopped there does not fill the near ones.
        let wide = match near {
            IpAddr::V6(address) => self.wide.allows(&(u128::from(address) >> 80)),
            IpAddr::V4(_) => true,
        };
        wide && self.near.allows(&near)
    }

    pub fn prune(&self) {
        self.near.prune();
        self.wide.prune();
    }

    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.near.size() + self.wide.size()
    }
}

/// Who counts as one visitor: an IPv4 address, or the first 64 bits of an IPv6 one.
pub fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        address => address,
    }
}
