//! A token bucket per address, for sign-ins. An IPv6 host can choose among 2^64 addresses of its
//! network, so the network counts there.
//!
//! Held in memory: it slows guessing down, the lock of the account in the database stops it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tl_domain::time::Micros;

/// Buckets by address.
#[derive(Debug)]
pub struct Limiter {
    burst: u32,
    refill: Micros,
    addresses_max: usize,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: u32,
    since: Micros,
}

impl Limiter {
    /// `burst` tries at once, one more after each `refill`, for at most `addresses_max` addresses.
    #[must_use]
    pub fn new(burst: u32, refill: Duration, addresses_max: usize) -> Self {
        let refill = i64::try_from(refill.as_micros()).unwrap_or(Micros::MAX).max(1);
        Self { burst, refill, addresses_max, buckets: Mutex::default() }
    }

    /// Takes one try of an address, `false` when none is left.
    pub fn take(&self, address: IpAddr, now: Micros) -> bool {
        let address = counted(address);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= self.addresses_max && !buckets.contains_key(&address) {
            let full = |bucket: &Bucket| self.filled(*bucket, now).left >= self.burst;
            buckets.retain(|_, bucket| !full(bucket));
            if buckets.len() >= self.addresses_max {
                // Under attack from everywhere at once: nobody new until buckets fill again.
                return false;
            }
        }
        let bucket = buckets.entry(address).or_insert(Bucket { left: self.burst, since: now });
        *bucket = self.filled(*bucket, now);
        let allowed = bucket.left > 0;
        bucket.left = bucket.left.saturating_sub(1);
        allowed
    }

    fn filled(&self, bucket: Bucket, now: Micros) -> Bucket {
        let steps = (now - bucket.since).max(0) / self.refill;
        let left = bucket.left.saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
        Bucket { left: left.min(self.burst), since: bucket.since + steps * self.refill }
    }
}

/// Bits of an IPv6 address that a host does not choose itself.
const NETWORK_BITS: u32 = 64;

/// The address that is counted: IPv4 whole, of IPv6 its network.
fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> NETWORK_BITS << NETWORK_BITS).into(),
        v4 => v4,
    }
}
