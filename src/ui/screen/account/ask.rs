//! What the form asks the engine, asked.

use iced::Task;

use super::{Message, Question};
use crate::{
    engine::Engine,
    ui::screen::{Ask, signing_in},
};

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let e = engine.clone();
        match self {
            Self::Find(number, address) => Task::perform(
                async move { e.find_servers(&address, &Default::default()).await },
                move |r| Message::Found(number, r.map(Box::new).map_err(Box::new)),
            ),
            Self::Check(number, settings, password) => {
                Task::perform(async move { e.check_account(*settings, password).await }, move |r| {
                    Message::Checked(number, r)
                })
            }
            Self::SignIn(number, settings, provider, given_up) => Task::sip(
                signing_in::new_account(e, *settings, provider, given_up),
                move |waits| Message::Waits(number, waits),
                move |r| Message::SignedIn(number, r),
            ),
            Self::CheckEdit(number, id, settings, typed) => {
                Task::perform(async move { e.check_edit(id, *settings, typed).await }, move |r| {
                    Message::Checked(number, r)
                })
            }
            Self::Edit(id, settings, secret) => Task::perform(
                async move { e.edit_account(id, *settings, secret).await },
                Message::Edited,
            ),
            Self::AddSignedIn(settings, grant) => Task::perform(
                async move {
                    let id = e.add_signed_in(*settings, grant).await?;
                    let saved = e.password_saved(id).await.unwrap_or(false);
                    Ok((id, saved))
                },
                Message::Added,
            ),
            Self::Add(settings, password) => Task::perform(
                async move {
                    let id = e.add_account(*settings, Some(password)).await?;
                    let saved = e.password_saved(id).await.unwrap_or(false);
                    Ok((id, saved))
                },
                Message::Added,
            ),
        }
    }
}
