//! Dialogs, menus and forms take the focus and give it back.

use super::*;

/// A dialog over a field has the keys; the field has its focus, its text and its past again.
#[tokio::test(flavor = "multi_thread")]
async fn a_dialog_takes_the_keys_and_gives_them_back() {
    let mut j = Journey::begin().await;
    j.ctrl(US, 'n');
    j.until("a message is written", |j| j.in_field("composer-to")).await;
    j.type_in(US, "ada@exam");
    j.named(Named::F1);
    assert!(j.app.dialog.is_some(), "F1 opens the page of keys");
    j.settle().await;
    assert!(!j.in_field("composer-to"), "the dialog has the focus");
    j.type_in(US, "xyz3e#r");
    j.named(Named::Delete);
    j.named(Named::Backspace);
    j.ctrl(US, 'z');
    j.type_in(US, "\t\t");
    j.settle().await;
    assert!(j.app.dialog.is_some());
    j.named(Named::Escape);
    assert!(j.app.dialog.is_none());
    assert!(j.in_field("composer-to"), "{:?}", j.focused());
    j.type_in(US, "ple.com\n");
    j.settle().await;
    assert!(j.sees("ada@example.com"), "{:?}", j.texts());
    // Enter presses what has the focus in the dialog: its close button.
    j.named(Named::F1);
    j.settle().await;
    j.named(Named::Enter);
    j.until("it is closed", |j| j.app.dialog.is_none()).await;
    assert!(j.in_field("composer-to"));
    j.end().await;
}

/// Keys that arrive together go where Tab leads, there and back.
#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_together_with_tab_goes_where_tab_leads() {
    let mut j = Journey::begin().await;
    j.ctrl(US, 'n');
    j.until("a message is written", |j| j.in_field("composer-to")).await;
    let none = Modifiers::empty();
    let mut keys = vec![US.key('a', none), named(Named::Tab, none)];
    keys.extend("Lunch".chars().map(|sign| US.key(sign, none)));
    keys.extend([named(Named::Tab, none), US.key('x', none)]);
    keys.extend([named(Named::Tab, Modifiers::SHIFT), US.key('!', none)]);
    j.feed(&keys, Cursor::Unavailable);
    assert!(j.in_field("composer-subject"), "{:?}", j.focused());
    j.settle().await;
    assert!(j.in_field("composer-subject"), "it moved once for each: {:?}", j.focused());
    let (_, parting) = j.app.composer.as_mut().expect("a composer").part();
    let content = parting.expect("content").content;
    let typed = [content.to_typed, content.subject, content.note];
    assert_eq!(typed, ["a", "Lunch!", "x"]);
    // With a combination it is another key.
    j.tap(named(Named::Tab, Modifiers::CTRL));
    assert!(j.in_field("composer-subject"));
    j.end().await;
}

/// A menu that a press opens takes the keys; when it closes, the field has them again.
#[tokio::test(flavor = "multi_thread")]
async fn a_menu_opened_by_a_press_gives_the_field_its_focus_back() {
    let mut j = Journey::begin().await;
    j.type_in(US, "j");
    j.ctrl(US, 'n');
    j.until("a message is written", |j| j.in_field("composer-to")).await;
    let before = j.mail().await;
    let (normal, high) = (fl!("importance-normal"), fl!("importance-high"));
    j.type_in(US, "ada@exam");
    j.click(&normal);
    j.settle().await;
    assert!(j.sees(&high), "the menu is open: {:?}", j.texts());
    assert_ne!(j.focused(), Some(Id::new("composer-to")));
    j.type_in(US, "e3#rxyz");
    j.named(Named::Delete);
    j.named(Named::Escape);
    j.until("the field has the focus again", |j| j.in_field("composer-to")).await;
    assert!(!j.sees(&high));
    j.type_in(US, "ple");
    // Arrows walk it, Enter chooses.
    j.click(&normal);
    j.settle().await;
    j.named(Named::ArrowDown);
    j.named(Named::Enter);
    j.until("the field has the focus again", |j| j.in_field("composer-to")).await;
    assert!(j.sees(&high) && !j.sees(&normal), "the first entry was chosen: {:?}", j.texts());
    j.type_in(US, ".com\n");
    j.settle().await;
    assert!(j.sees("ada@example.com"), "{:?}", j.texts());
    j.named(Named::Escape);
    j.settle().await;
    assert_eq!(j.mail().await, before);
    j.end().await;
}

/// The sort menu of the list, opened from the search field and by itself.
#[tokio::test(flavor = "multi_thread")]
async fn the_sort_menu_gives_back_only_what_it_took() {
    let mut j = Journey::begin().await;
    let newest = fl!("sort-newest");
    j.ctrl(US, 'k');
    j.until("the search", |j| j.in_field("search")).await;
    j.click(&newest);
    j.settle().await;
    assert!(j.app.list.sort_open);
    // The menu has the keys: nothing is searched for.
    j.type_in(US, "xyz");
    assert!(j.app.list.search.is_empty() && j.app.list.sort_open);
    j.named(Named::Escape);
    j.until("the search again", |j| j.in_field("search")).await;
    assert!(!j.app.list.sort_open);
    j.named(Named::Escape);
    j.settle().await;
    assert!(!j.in_field("search"));
    j.click(&newest);
    j.settle().await;
    j.named(Named::Escape);
    j.settle().await;
    assert_eq!(j.focused(), None, "nothing had it before the press");
    j.end().await;
}

/// The form of a person begins in its first field, old and new.
#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_a_person_begins_in_its_first_field() {
    let mut j = Journey::begin().await;
    j.type_in(US, "gd");
    j.settle().await;
    j.click("Harrow Freight");
    j.settle().await;
    j.click("Edit");
    j.until("the first field", |j| j.in_field("person-name")).await;
    j.type_in(US, " e3\n");
    // The page is read anew after it was saved.
    j.until("Enter saves", |j| {
        let directory = j.app.directory.as_ref().filter(|d| !d.is_editing());
        let person = directory.and_then(|d| d.selected());
        person.is_some_and(|p| p.name == "Harrow Freight e3")
    })
    .await;
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_a_person_and_the_search_change_no_mail() {
    let mut j = Journey::begin().await;
    j.type_in(US, "j");
    j.settle().await;
    let before = j.mail().await;
    j.ctrl(US, 'k');
    j.settle().await;
    j.type_in(US, "e3 #r");
    j.named(Named::ArrowDown);
    j.ctrl(US, 'z');
    j.ctrl(US, 'z');
    assert!(j.in_field("search"));
    j.named(Named::Escape);
    j.named(Named::Escape);
    j.settle().await;
    j.type_in(US, "gd");
    j.settle().await;
    j.click("Harrow Freight");
    j.settle().await;
    j.click("Edit");
    j.settle().await;
    assert!(j.app.directory.as_ref().is_some_and(Directory::is_editing));
    // The first field has the focus, and what is typed is typed.
    j.type_in(US, "e3rjn#");
    j.named(Named::Delete);
    j.named(Named::ArrowDown);
    assert!(j.app.directory.as_ref().is_some_and(Directory::is_editing));
    assert!(j.app.composer.is_none());
    assert_eq!(j.mail().await, before);
    j.end().await;
}
