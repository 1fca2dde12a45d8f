//! `ec2/route-table`: a route table with its routes and associations.

use crate::resource::Named;

/// A route table with its routes and associations.
#[derive(Clone, Debug)]
pub struct RouteTable;

impl Named for RouteTable {
    const NAME: &'static str = "ec2/route-table";
}
