//! `apigateway/account`: the account-wide settings of API Gateway.

use crate::resource::Named;

/// The account-wide settings of API Gateway.
#[derive(Clone, Debug)]
pub struct Account;

impl Named for Account {
    const NAME: &'static str = "apigateway/account";
}
