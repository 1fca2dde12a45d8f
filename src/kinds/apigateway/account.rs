//! `apigateway/account`: the role with which API Gateway writes logs, one for the whole account
//! and region (AWS.md §5).

use crate::aws::{self, Cx, Error};
use crate::kinds::iam::role::Role;
use crate::resource::{
    Actions, Arn, Change, Changes, Dependent, Effect, Kind, Live, Named, Place, Ref, Retry, Typical, Verb,
};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The role with which API Gateway writes logs, one for the whole account and region. All stacks
/// share it: a role that another stack or a person set is as good as our own and is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The role of this stack to set when none is.
    pub cloudwatch_role: Ref<Role, Arn>,
}

/// Stands before the ARN of a role that is not of this stack.
const FOREIGN: &str = "set by others: ";
/// The id of the setting when it is of this stack, and of one that is to be.
const OWN: &str = "account";
/// The id of the setting when it is not of this stack.
const OTHERS: &str = "others";

impl Named for Account {
    const NAME: &'static str = "apigateway/account";
}

impl Kind for Account {
    const OUTPUTS: &'static [&'static str] = &[];
    const ACTIONS: Actions = Actions {
        read: &["apigateway:GET"],
        create: &["apigateway:PATCH"],
        update: &["apigateway:PATCH"],
        delete: &["apigateway:PATCH"],
        dependent: &[
            Dependent::pass_role("apigateway.amazonaws.com", Verb::WRITE),
            Dependent::new(&["iam:GetRole"], Verb::WRITE, "API Gateway looks at the role"),
        ],
    };
    const TYPICAL: Typical = Typical::seconds(15, 15, 1);
    // The role was made a moment ago, and API Gateway tries it.
    const RETRY: &'static [Retry] = &[
        Retry {
            code: "BadRequestException",
            message: "The role ARN does not have required permissions",
            during: Duration::from_secs(120),
        },
        Retry {
            code: "BadRequestException",
            message: "could not successfully write to CloudWatch Logs",
            during: Duration::from_secs(120),
        },
    ];

    fn effect(change: &Change) -> Effect {
        let foreign = change.from.as_str().is_some_and(|role| role.starts_with(FOREIGN));
        if foreign { Effect::Ignored } else { Effect::InPlace }
    }

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.apigateway("/account")]
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let Some(role) = current(cx).await? else { return Ok(vec![]) };
        let name = cx.wanted::<Self>().into_iter().map(|(name, _)| name).next();
        Ok(match name {
            // Another's setting is part of the stack only as long as the manifest asks for one.
            Some(name) => vec![live(cx, &role).owned_as(name)],
            None if is_own(cx, &role) => vec![live(cx, &role).owned_as("main")],
            None => vec![],
        })
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        if id == OTHERS {
            return Ok(None);
        }
        let role = current(cx).await?;
        Ok(role.map(|role| Live { id: OWN.into(), ..live(cx, &role) }))
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        if current(cx).await?.is_none_or(|role| is_own(cx, &role)) {
            set(cx, self.cloudwatch_role.value()).await?;
        }
        Ok(OWN.into())
    }

    async fn update(&self, cx: &Cx, _: &Live<Self>, _: &Changes) -> aws::Result<()> {
        set(cx, self.cloudwatch_role.value()).await
    }

    async fn delete(cx: &Cx, _: &Live<Self>) -> aws::Result<()> {
        match current(cx).await? {
            Some(role) if is_own(cx, &role) => set(cx, "").await,
            _ => Ok(()),
        }
    }
}

fn live(cx: &Cx, role: &str) -> Live<Account> {
    if is_own(cx, role) {
        return Live::new(OWN, Account { cloudwatch_role: Ref::existing(role) });
    }
    Live::new(OTHERS, Account { cloudwatch_role: Ref::existing(format!("{FOREIGN}{role}")) })
}

/// Whether `role` lies under the stack's IAM path.
fn is_own(cx: &Cx, role: &str) -> bool {
    role.contains(&format!(":role{}", cx.iam_path()))
}

async fn current(cx: &Cx) -> aws::Result<Option<String>> {
    let account = cx.apigateway().get_account().send().await?;
    Ok(account.cloudwatch_role_arn.filter(|role| !role.is_empty()))
}

async fn set(cx: &Cx, role: &str) -> aws::Result<()> {
    let operation = PatchOperation::builder().op(Op::Replace).path("/cloudwatchRoleArn").value(role).build();
    cx.apigateway().update_account().patch_operations(operation).send().await.map_err(Error::from)?;
    Ok(())
}
