//! A fingerprint of what was wanted and what was live.

use crate::resource::Live;
use crate::world::{Graph, World};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The digest of `graph` and `world`, 64 hexadecimal digits: a saved plan holds only while it is the
/// same. Secrets enter by their digests alone.
pub fn digest(graph: &Graph, world: &World) -> String {
    let mut hash = Sha256::new();
    for (address, wanted) in graph.resources() {
        let tree = wanted.kind.tree(&wanted.spec).map(|tree| format!("{tree:?}")).unwrap_or_default();
        hash.update(format!("wanted {address} {tree} {}\n", json!(wanted.tags)));
    }
    for (address, live) in world.resources.iter().chain(world.surplus.iter().map(|(address, live)| (address, live))) {
        let kind = crate::kinds::named(address.kind);
        let tree = kind.and_then(|kind| kind.tree(&live.spec).ok()).map(|tree| format!("{tree:?}")).unwrap_or_default();
        let Live { id, tags, outputs, status, .. } = live;
        hash.update(format!("live {address} {id} {tree} {}\n", json!([tags, outputs, status])));
    }
    for foreign in &world.foreign {
        hash.update(format!("foreign {} {}\n", foreign.address, foreign.id));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
