//! `aqueduct export`.

use super::arguments::{Export, Format, Global};
use super::exit::{Exit, Failure};
use super::output;
use super::session::Session;
use aqueduct::aws::Cx;
use aqueduct::kinds::apigateway;
use aqueduct::report::{ApiParts, terraform_imports};
use aqueduct::world::{World, observe};

/// What only API Gateway itself can tell of APIs: what they consist of.
async fn api_parts(cx: &Cx, world: &World) -> Result<ApiParts, Failure> {
    let mut parts = ApiParts::new();
    for (_, live) in world.resources.iter().filter(|(address, _)| address.kind == "apigateway/rest-api") {
        parts.insert(live.id.clone(), apigateway::parts(cx, &live.id).await?);
    }
    Ok(parts)
}

pub(super) async fn run(global: &Global, command: &Export) -> Result<Exit, Failure> {
    let Session { cx, graph, header } = Session::open(global).await?;
    let world = observe(&cx, &graph).await?;
    output::print(&match command.format {
        Format::Terraform => terraform_imports(&header, &world, &api_parts(&cx, &world).await?),
    });
    Ok(Exit::InSync)
}
