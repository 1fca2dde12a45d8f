//! Virtual time.

use aqueduct_sandbox::clock::{Clock, Timed};
use aqueduct_sandbox::ids::Ids;
use aqueduct_sandbox::time::{epoch_seconds, http_date, iso8601, iso8601_seconds};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn time_passes_as_many_times_faster_as_was_asked_for() {
    let clock = Clock::new(1_000, 60.0);
    assert_eq!(clock.now(), 1_000);
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!(clock.now(), 31_000);
}

#[tokio::test(start_paused = true)]
async fn a_speed_that_makes_no_sense_is_the_usual_one() {
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let clock = Clock::new(0, speed);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(clock.now(), 1_000, "{speed}");
    }
}

#[test]
fn a_timed_state_is_what_the_time_makes_of_it() {
    let mut state = Timed::new(10, "creating").then(20, "active").then(30, "gone");
    let seen: Vec<_> = [0, 19, 20, 29, 30, 99].iter().map(|now| *state.at(*now)).collect();
    assert_eq!(seen, ["creating", "creating", "active", "active", "gone", "gone"]);
    assert_eq!((state.since(15), state.since(25)), (10, 20));
    assert_eq!((state.settled_at(15), state.settled_at(30)), (Some(30), None));
    assert!(!state.settle(19));
    assert!(state.settle(20));
    assert_eq!((*state.at(0), state.since(0)), ("active", 20));
}

#[test]
fn instants_are_written_as_each_protocol_wants_them() {
    let instant = 1_795_428_900_250;
    assert_eq!(iso8601(instant), "2026-11-23T10:15:00.250Z");
    assert_eq!(iso8601_seconds(instant), "2026-11-23T10:15:00Z");
    assert_eq!(http_date(instant), "Mon, 23 Nov 2026 10:15:00 GMT");
    assert_eq!(epoch_seconds(instant).to_string(), "1795428900.25");
    assert_eq!(iso8601(951_782_400_000), "2000-02-29T00:00:00.000Z");
    assert_eq!(iso8601(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

#[test]
fn identifiers_follow_from_the_seed_and_never_repeat() {
    let draw = |seed| {
        let mut ids = Ids::new(seed);
        (0..100).map(|_| ids.ec2("vpc")).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(draw(1), draw(1));
    assert!(draw(1).is_disjoint(&draw(2)));
    assert_eq!(draw(1).len(), 100);
    let mut ids = Ids::new(0);
    assert_eq!(ids.ec2("vpc").len(), 21);
    let uuid = ids.uuid();
    let lengths: Vec<_> = uuid.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
}
