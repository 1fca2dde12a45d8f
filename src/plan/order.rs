//! The order of steps: what is needed comes first, what is used goes last.

use super::planner::{Action, Plan, Step, Why};
use crate::kinds;
use crate::resource::{Address, Live};
use crate::world::{Graph, World};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) type Removals = BTreeMap<Address, (Live<Value>, Why)>;

/// Numbers the actions so that every step's requirements come before it.
pub(super) fn arrange(
    graph: &Graph,
    order: &Graph,
    world: &World,
    build: BTreeMap<Address, Action>,
    remove: Removals,
) -> Plan {
    let users = Users::new(order, world);
    let clashes = clashes(&build, &remove);
    let early = early(&clashes, &remove, &users);
    let mut arrangement = Arrangement::default();
    arrangement.delete(&remove, &users, |address| early.contains(address));
    for address in graph.creation_order() {
        let Some(action) = build.get(&address) else { continue };
        let mut after: Vec<usize> =
            graph.needs(&address).filter_map(|need| arrangement.made.get(need)).copied().collect();
        let cleared = clashes.get(&address).into_iter().flatten().chain([&address]);
        after.extend(cleared.filter_map(|old| arrangement.gone.get(old)));
        let index = arrangement.push(&address, action.clone(), after, false);
        arrangement.made.insert(address, index);
    }
    arrangement.delete(&remove, &users, |address| !early.contains(address));
    for (address, live) in &world.surplus {
        let after = arrangement.made.get(address).copied().into_iter().collect();
        let action = Action::Delete { live: Box::new(live.clone()), why: Why::Surplus };
        arrangement.push(address, action, after, loses_data(address, live));
    }
    arrangement.plan
}

/// Who uses what, among the live.
struct Users(BTreeMap<Address, BTreeSet<Address>>);

impl Users {
    fn new(order: &Graph, world: &World) -> Self {
        let mut users: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
        for (user, needs) in world.all_needs() {
            let wanted = order.needs(&user).filter(|need| world.resources.contains_key(need)).cloned();
            for need in needs.into_iter().chain(wanted) {
                users.entry(need).or_default().insert(user.clone());
            }
        }
        Self(users)
    }

    fn of(&self, address: &Address) -> impl Iterator<Item = &Address> {
        self.0.get(address).into_iter().flatten().filter(move |user| *user != address)
    }
}

/// What must go before each creation, because it holds the claim (a name, a CIDR) that the new one takes.
fn clashes(build: &BTreeMap<Address, Action>, remove: &Removals) -> BTreeMap<Address, Vec<Address>> {
    let mut takers: BTreeMap<(&str, String), Vec<&Address>> = BTreeMap::new();
    for (address, action) in build {
        let Action::Create { spec, .. } = action else { continue };
        let claim = kinds::named(address.kind).and_then(|kind| kind.claim(spec));
        if let Some(claim) = claim {
            takers.entry((address.kind, claim)).or_default().push(address);
        }
    }
    let mut clashes: BTreeMap<Address, Vec<Address>> = BTreeMap::new();
    for (address, (live, _)) in remove {
        let claim = kinds::named(address.kind).and_then(|kind| kind.claim(&live.spec));
        let takers = claim.and_then(|claim| takers.get(&(address.kind, claim)));
        for taker in takers.into_iter().flatten() {
            clashes.entry((*taker).clone()).or_default().push(address.clone());
        }
    }
    clashes
}

/// What must go before anything is built: what clashes with something new, and whatever uses that and
/// goes, too. Everything else is built first, so that its users can move over before the old one goes.
fn early(clashes: &BTreeMap<Address, Vec<Address>>, remove: &Removals, users: &Users) -> BTreeSet<Address> {
    let mut todo: Vec<Address> = clashes.values().flatten().cloned().collect();
    let mut early = BTreeSet::new();
    while let Some(address) = todo.pop() {
        todo.extend(users.of(&address).filter(|user| remove.contains_key(*user) && !early.contains(*user)).cloned());
        early.insert(address);
    }
    early
}

#[derive(Default)]
struct Arrangement {
    plan: Plan,
    made: BTreeMap<Address, usize>,
    gone: BTreeMap<Address, usize>,
}

impl Arrangement {
    /// Adds the deletions of `remove` that `which` picks, users before what they use.
    fn delete(&mut self, remove: &Removals, users: &Users, which: impl Fn(&Address) -> bool) {
        let mut waiting: BTreeMap<&Address, usize> = BTreeMap::new();
        let picked: BTreeSet<&Address> = remove.keys().filter(|address| which(address)).collect();
        for address in &picked {
            waiting.insert(address, users.of(address).filter(|user| picked.contains(user)).count());
        }
        let mut needs: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
        for address in &picked {
            for user in users.of(address).filter(|user| picked.contains(user)) {
                needs.entry(user).or_default().push(address);
            }
        }
        let mut ready: BTreeSet<&Address> = picked.iter().copied().filter(|address| waiting[*address] == 0).collect();
        while !waiting.is_empty() {
            // References among live objects can form a circle; then any of them may go first.
            let Some(address) = ready.pop_first().or_else(|| waiting.keys().next().copied()) else { break };
            if waiting.remove(address).is_none() {
                continue;
            }
            let (live, why) = &remove[address];
            let mut after: Vec<usize> = users
                .of(address)
                .filter_map(|user| self.gone.get(user).or_else(|| self.made.get(user)))
                .copied()
                .collect();
            after.extend(self.made.get(address));
            let loses = loses_data(address, live);
            let action = Action::Delete { live: Box::new(live.clone()), why: why.clone() };
            let index = self.push(address, action, after, loses);
            self.gone.insert(address.clone(), index);
            for need in needs.get(address).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(need) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        ready.insert(need);
                    }
                }
            }
        }
    }

    fn push(&mut self, address: &Address, action: Action, mut after: Vec<usize>, loses_data: bool) -> usize {
        after.sort_unstable();
        after.dedup();
        self.plan.steps.push(Step { address: address.clone(), action, after, loses_data });
        self.plan.steps.len() - 1
    }
}

fn loses_data(address: &Address, live: &Live<Value>) -> bool {
    let failed = matches!(live.status, crate::resource::Status::Failed(_) | crate::resource::Status::Deleting);
    let kind = kinds::named(address.kind);
    !failed && kind.is_some_and(|kind| live.holds_data.unwrap_or(kind.holds_data()))
}
