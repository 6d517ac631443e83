//! Rate limits of constant size: whoever is counted is hashed into one of 65,536 buckets.

use std::hash::Hash;
use std::net::IpAddr;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::web::security::shared::{CountedBucket, Draw, Draws};

/// A household may hold all networks behind the first 56 bits of an IPv6 address, and a firm or a small ISP's customers
/// those behind 48: together they get this many times as much as one.
const HOUSEHOLD: u32 = 2;
const PROVIDER: u32 = 8;

/// How often one of something may act.
pub struct Limiter {
    draw: Draw,
    limiter: DefaultKeyedRateLimiter<u16>,
}

impl Limiter {
    pub fn new(quota: Quota, draw: Draw) -> Limiter {
        Limiter { draw, limiter: RateLimiter::keyed(quota) }
    }

    pub fn allows(&self, who: &impl Hash) -> bool {
        let bucket = self.draw.bucket(who);
        let allows = self.limiter.check_key(&bucket).is_ok();
        if allows {
            self.draw.tell(bucket, false);
        }
        allows
    }

    /// Counts whom another program has counted.
    pub fn count(&self, counted: CountedBucket) {
        if self.draw.is_of(counted) {
            let _ = self.limiter.check_key(&counted.bucket);
        }
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

/// How often one network may act: an IPv4 address, or the first 64 bits of an IPv6 one. Whoever has one of those has
/// many: a household is counted by its first 56 bits too, and an ISP's customers by 48.
pub struct NetworkLimiter {
    near: Limiter,
    household: Limiter,
    provider: Limiter,
}

impl NetworkLimiter {
    pub fn new(quota: Quota, draws: &mut Draws) -> NetworkLimiter {
        let mut wider = |times: u32| {
            let burst = quota.burst_size().saturating_mul(times.try_into().expect("it is not 0"));
            let wider = Quota::with_period(quota.replenish_interval() / times);
            Limiter::new(wider.map_or(quota, |wider| wider.allow_burst(burst)), draws.draw())
        };
        let (household, provider) = (wider(HOUSEHOLD), wider(PROVIDER));
        NetworkLimiter { near: Limiter::new(quota, draws.draw()), household, provider }
    }

    pub fn allows(&self, from: IpAddr) -> bool {
        self.allows_for(from, &())
    }

    /// The same for each of something, such as an account, apart.
    pub fn allows_for(&self, from: IpAddr, what: &impl Hash) -> bool {
        // The household first: what is stopped there takes nothing from its neighbours.
        let wide = match from.to_canonical() {
            IpAddr::V6(_) => {
                self.household.allows(&(household(from), what))
                    && self.provider.allows(&(provider(from), what))
            }
            IpAddr::V4(_) => true,
        };
        wide && self.near.allows(&(network(from), what))
    }

    pub fn count(&self, counted: CountedBucket) {
        for limiter in [&self.near, &self.household, &self.provider] {
            limiter.count(counted);
        }
    }

    pub fn prune(&self) {
        for limiter in [&self.near, &self.household, &self.provider] {
            limiter.prune();
        }
    }

    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.near.size() + self.household.size() + self.provider.size()
    }
}

/// Who counts as one visitor: an IPv4 address, or the first 64 bits of an IPv6 one.
pub fn network(from: IpAddr) -> IpAddr {
    first_bits(from, 64)
}

/// What a household is given: an IPv4 address, or the first 56 bits of an IPv6 one.
pub fn household(from: IpAddr) -> IpAddr {
    first_bits(from, 56)
}

/// What a firm or a small ISP is given: an IPv4 address, or the first 48 bits of an IPv6 one.
pub fn provider(from: IpAddr) -> IpAddr {
    first_bits(from, 48)
}

fn first_bits(from: IpAddr, bits: u32) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << (128 - bits))).into()),
        address => address,
    }
}
