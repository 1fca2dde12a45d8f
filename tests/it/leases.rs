//! One writer at a time.

use crate::support::{Lab, connect};
use aqueduct::apply::{Holder, Lease, Seen, Taking, seen, take};
use aqueduct::aws::{Class, Cx, now};
use aqueduct_sandbox::faults::{At, Effect};
use std::time::Duration;

const NO_PATIENCE: Duration = Duration::ZERO;

pub async fn try_for(cx: &Cx, from: Seen, who: &str) -> Result<(Lease, bool), Holder> {
    match take(cx, from, Holder::new(who, "apply"), NO_PATIENCE).await.unwrap() {
        Taking::Taken(lease, undisturbed) => Ok((lease, undisturbed)),
        Taking::Held(holder) => Err(holder),
    }
}

async fn taken(cx: &Cx, who: &str) -> (Lease, bool) {
    try_for(cx, seen(cx).await.unwrap(), who).await.unwrap_or_else(|holder| panic!("{who}: {holder:?}"))
}

/// Changes something, if the fence lets it.
pub async fn change(cx: &Cx, name: &str) -> Result<(), aqueduct::aws::Error> {
    let call = cx.logs().create_log_group().log_group_name(name);
    call.send().await.map(drop).map_err(aqueduct::aws::Error::from)
}

#[tokio::test(start_paused = true)]
async fn who_comes_second_is_told_who_came_first() {
    let lab = Lab::new().await;
    let (lease, undisturbed) = taken(&lab.cx, "first").await;
    assert!(undisturbed);
    let second = lab.again().await.cx;
    let holder = try_for(&second, seen(&second).await.unwrap(), "second").await.unwrap_err();
    assert_eq!((holder.who.as_str(), holder.doing.as_str()), ("first", "apply"));
    assert!(holder.since <= now());

    lease.give_back().await;
    let (lease, undisturbed) = taken(&second, "second").await;
    assert!(undisturbed, "nobody was there since it was looked at");
    lease.give_back().await;
}

#[tokio::test(start_paused = true)]
async fn stacks_do_not_wait_for_each_other() {
    let lab = Lab::new().await;
    let _one = taken(&lab.cx, "one").await;
    let _other = taken(&connect(&lab.sandbox, "other").await, "other").await;
}

#[tokio::test(start_paused = true)]
async fn who_has_looked_before_somebody_else_was_at_work_plans_again() {
    let lab = Lab::new().await;
    for made_before in [false, true] {
        let before = seen(&lab.cx).await.unwrap();
        let other = lab.again().await.cx;
        taken(&other, "other").await.0.give_back().await;
        let (lease, undisturbed) = try_for(&lab.cx, before, "late").await.unwrap();
        assert!(!undisturbed, "a lease was made before: {made_before}");
        lease.give_back().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_whose_holder_died_is_taken_over_once() {
    let lab = Lab::new().await;
    drop(taken(&lab.cx, "died").await);
    let start = tokio::time::Instant::now();
    let mut heirs = vec![];
    for heir in 0..8 {
        let cx = lab.again().await.cx;
        heirs.push(tokio::spawn(async move {
            let outcome = try_for(&cx, seen(&cx).await.unwrap(), &format!("heir {heir}")).await;
            outcome.map(|(lease, undisturbed)| (cx, lease, undisturbed))
        }));
    }
    let mut taken = vec![];
    for heir in heirs {
        taken.extend(heir.await.unwrap());
    }
    assert_eq!(taken.len(), 1, "as many have it");
    assert!(!taken[0].2, "what was planned may not hold any more");
    assert!(start.elapsed() >= Duration::from_secs(60), "it had not run out");
    change(&taken[0].0, "by-the-heir").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_cannot_renew_a_lease_changes_nothing_any_more() {
    let lab = Lab::new().await;
    let (lease, _) = taken(&lab.cx, "cut off").await;
    change(&lab.cx, "while-it-holds").await.unwrap();
    lab.sandbox.faults().add(At::every("s3.PutObject"), Effect::Throttle);
    tokio::time::sleep(Duration::from_secs(40)).await;
    change(&lab.cx, "still-holds").await.unwrap();
    tokio::time::sleep(Duration::from_secs(15)).await;
    let error = change(&lab.cx, "too-late").await.unwrap_err();
    assert_eq!((error.code.as_str(), error.class), ("Fenced", Class::Denied));
    assert_eq!(lab.sandbox.with_account(|account| account.logs.groups.len()), 2);
    lab.cx.logs().describe_log_groups().send().await.expect("looking is free");
    drop(lease);
}

#[tokio::test(start_paused = true)]
async fn who_lost_the_lease_changes_nothing_any_more() {
    let lab = Lab::new().await;
    let (_lease, _) = taken(&lab.cx, "overruled").await;
    let s3 = lab.cx.unfenced_s3();
    let bucket = lab.cx.place().control_bucket();
    s3.put_object().bucket(bucket).key("leases/test.json").body(b"{}".to_vec().into()).send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(change(&lab.cx, "too-late").await.unwrap_err().code, "Fenced");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_got_lost_loses_no_lease() {
    for call in 1..6 {
        let lab = Lab::new().await;
        lab.sandbox.faults().add(At::operation("s3.PutObject", call), Effect::LoseAnswer);
        let (lease, _) = taken(&lab.cx, "unlucky").await;
        for minute in 0..5 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            change(&lab.cx, &format!("minute-{minute}")).await.unwrap();
        }
        lease.give_back().await;
        assert!(seen(&lab.cx).await.unwrap().holder().is_none(), "call {call}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_stack_that_is_gone_no_lease_is_left() {
    let lab = Lab::new().await;
    taken(&lab.cx, "destroyer").await.0.remove().await;
    assert!(lab.cx.s3().list_buckets().send().await.unwrap().buckets().is_empty());
    let (lease, _) = taken(&lab.cx, "maker").await;
    let other = connect(&lab.sandbox, "other").await;
    taken(&other, "destroyer").await.0.remove().await;
    assert_eq!(lab.cx.s3().list_buckets().send().await.unwrap().buckets().len(), 1, "another stack has a lease there");
    lease.give_back().await;
}
