//! `aqueduct export`.

use super::arguments::{Export, Format, Global};
use super::exit::{Exit, Failure};
use super::output;
use super::session::Session;
use aqueduct::aws::Cx;
use aqueduct::kinds::apigateway::resource_ids;
use aqueduct::report::{ApiPaths, terraform_imports};
use aqueduct::world::{World, observe};

/// What only API Gateway itself can tell of APIs: the ids of their resources.
async fn api_paths(cx: &Cx, world: &World) -> Result<ApiPaths, Failure> {
    let mut paths = ApiPaths::new();
    for (_, live) in world.resources.iter().filter(|(address, _)| address.kind == "apigateway/rest-api") {
        paths.insert(live.id.clone(), resource_ids(cx, &live.id).await?);
    }
    Ok(paths)
}

pub(super) async fn run(global: &Global, command: &Export) -> Result<Exit, Failure> {
    let Session { cx, graph, header } = Session::open(global).await?;
    let world = observe(&cx, &graph).await?;
    output::print(&match command.format {
        Format::Terraform => terraform_imports(&header, &world, &api_paths(&cx, &world).await?),
    });
    Ok(Exit::InSync)
}
