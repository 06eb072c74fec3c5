//! The learner's side of questions: meeting decks as they change, and what to ask today.

use std::collections::BTreeSet;

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use super::Store;
use super::StoreError;
use super::columns;
use super::pace;
use crate::deck::CardId;
use crate::deck::Deck;
use crate::deck::DeckId;
use crate::deck::Digest;
use crate::srs;
use crate::srs::Card;
use crate::srs::Counts;
use crate::srs::Day;
use crate::srs::Limits;
use crate::srs::Model;
use crate::srs::Moment;
use crate::srs::Pace;
use crate::srs::Plan;

/// What is new about a deck since it was last met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Questions that now ask something else than what the learner's history is about. What becomes of that is for the
    /// learner to say: [`Store::keep_history`] or [`Store::reset`].
    pub changed: Vec<ChangedCard>,
    /// Cards that go by a new name now, with their old one.
    pub renamed: Vec<(CardId, CardId)>,
    /// Cards with a history whose question is no longer in the deck. They are kept, and not asked.
    pub orphaned: Vec<CardId>,
}

/// A question that asks something else than what the learner's history is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedCard {
    /// Which one.
    pub card: CardId,
    /// What the history is about.
    pub was: Digest,
    /// What is asked now.
    pub is: Digest,
}

/// A card of a deck.
#[derive(Clone, Debug, PartialEq)]
pub struct DeckCard {
    /// Which one.
    pub id: CardId,
    /// What is remembered.
    pub card: Card,
    /// Whether its question is in the deck, as that was last met.
    pub in_deck: bool,
}

/// What there is to do today.
#[derive(Clone, Debug, PartialEq)]
pub struct Today {
    /// What to ask, in order, within the day's limits.
    pub plan: Plan<CardId>,
    /// What was done today already.
    pub done: Counts,
    /// How long answers usually take.
    pub pace: Pace,
}

impl Store {
    /// Takes note of a deck as it now is: its questions and their order, renamed questions and those that have gone.
    ///
    /// No history is lost, whatever happened to the deck. Call it for every deck before asking what is due.
    pub fn meet_deck(&mut self, deck: &Deck) -> Result<Met, StoreError> {
        // Nearly always it is, and who only reads can do so where nothing can be written.
        if self.read(|connection| is_met(connection, deck))? {
            return Ok(Met::default());
        }
        self.write(|connection| {
            let mut met = Met::default();
            for question in &deck.questions {
                // A name that another question has now says nothing about whose the history is.
                for former in question.formerly.iter().filter(|former| deck.question(former).is_none()) {
                    let old = CardId { deck: deck.id.clone(), question: former.clone() };
                    let new = deck.card(question);
                    if adopt(connection, &old, &new)? {
                        met.renamed.push((old, new));
                    }
                }
            }
            let placed: BTreeSet<CardId> = {
                let mut statement = connection
                    .prepare_cached("select deck, question from cards where deck = ? and position is not null")?;
                let rows = statement.query_map([&deck.id], columns::card_id)?;
                rows.collect::<Result<_, _>>()?
            };
            connection.prepare_cached("update cards set position = null where deck = ?")?.execute([&deck.id])?;
            for (position, question) in deck.questions.iter().enumerate() {
                let card = deck.card(question);
                let row = row_of(connection, &card, None)?;
                let digest: Option<Digest> = connection
                    .prepare_cached("select digest from cards where id = ?")?
                    .query_row([row], |row| row.get(0))?;
                let changed = digest.filter(|digest| *digest != question.digest);
                match changed {
                    Some(was) if !matches!(card_of_row(connection, row)?, Card::New) => {
                        met.changed.push(ChangedCard { card, was, is: question.digest });
                    }
                    _ => {
                        connection
                            .prepare_cached("update cards set digest = ? where id = ?")?
                            .execute(params![question.digest, row])?;
                    }
                }
                connection
                    .prepare_cached("update cards set position = ? where id = ?")?
                    .execute(params![position as i64, row])?;
            }
            met.orphaned = orphans(connection)?.into_iter().filter(|card| placed.contains(card)).collect();
            Ok(met)
        })
    }

    /// Lets a card's history go on although its question changed: it is about `digest` now.
    pub fn keep_history(&mut self, card: &CardId, digest: Digest) -> Result<(), StoreError> {
        self.write(|connection| {
            let row = row_of(connection, card, Some(digest))?;
            connection.prepare_cached("update cards set digest = ? where id = ?")?.execute(params![digest, row])?;
            Ok(())
        })
    }

    /// Lets a card begin anew: it is as if it had never been answered. The log keeps what was. `digest` is what the
    /// question asks now; there is none where it has left its deck, and resetting deletes the orphan.
    pub fn reset(&mut self, card: &CardId, digest: Option<Digest>, now: Moment) -> Result<(), StoreError> {
        self.write(|connection| {
            let row = row_of(connection, card, digest)?;
            connection
                .prepare_cached(
                    "insert into log (kind, card, deck, question, at_ms, offset_s, day, digest)
                    values ('reset', ?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![
                    row,
                    card.deck,
                    card.question,
                    columns::Instant(now.at),
                    now.offset_s,
                    now.day,
                    digest,
                ])?;
            connection.prepare_cached("delete from memories where card = ?")?.execute([row])?;
            connection.prepare_cached("update cards set digest = ? where id = ?")?.execute(params![digest, row])?;
            Ok(())
        })
    }

    /// Carries the history and the notes of a card over to a new name, unless there is a history under that name too
    /// or none under the old one. Returns whether it did.
    pub fn adopt(&mut self, old: &CardId, new: &CardId) -> Result<bool, StoreError> {
        self.write(|connection| adopt(connection, old, new))
    }

    /// Returns a card as it is now.
    pub fn card(&self, card: &CardId) -> Result<Card, StoreError> {
        self.read(|connection| match find_row(connection, card)? {
            Some(row) => card_of_row(connection, row),
            None => Ok(Card::New),
        })
    }

    /// Returns the cards of a deck: those of its questions in teaching order, then those whose questions have gone.
    pub fn cards_of_deck(&self, deck: &DeckId) -> Result<Vec<DeckCard>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "select deck, question, position is not null as in_deck, memories.*
            from cards left join memories on memories.card = cards.id
            where deck = ? and (position is not null or memories.card is not null)
            order by position is null, position, question",
        )?;
        let mut rows = statement.query([deck])?;
        let mut cards = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, card) = (columns::card_id(row)?, columns::card(row)?);
            cards.push(DeckCard { id, card, in_deck: row.get("in_deck")? });
        }
        Ok(cards)
    }

    /// Returns the cards with a history whose question is in no deck any more.
    pub fn orphans(&self) -> Result<Vec<CardId>, StoreError> {
        self.read(orphans)
    }

    /// Returns the cards of these decks that are due on `today`, those first that are most worth saving. No limit is
    /// applied.
    pub fn due_today(&self, model: &Model, today: Day, decks: &[DeckId]) -> Result<Vec<(CardId, Card)>, StoreError> {
        self.read(|connection| due_today(connection, model, today, decks))
    }

    /// Returns the cards of these decks that were never answered, deck by deck in teaching order. No limit is applied.
    pub fn new_cards(&self, decks: &[DeckId]) -> Result<Vec<CardId>, StoreError> {
        self.read(|connection| new_cards(connection, decks))
    }

    /// Returns what was done on a day, in all decks.
    pub fn counts_of_day(&self, day: Day) -> Result<Counts, StoreError> {
        self.read(|connection| counts_of_day(connection, day))
    }

    /// Returns what to ask of these decks for the rest of a day. What was done in other decks counts too.
    pub fn today(&self, model: &Model, today: Day, decks: &[DeckId], limits: Limits) -> Result<Today, StoreError> {
        self.read(|connection| {
            let done = counts_of_day(connection, today)?;
            let due = due_today(connection, model, today, decks)?;
            let plan = srs::plan(due, new_cards(connection, decks)?, limits, done);
            Ok(Today { plan, done, pace: pace::pace(connection)? })
        })
    }
}

/// Returns the row of a card; makes one where there is none. `digest` is what its question asks.
pub(super) fn row_of(connection: &Connection, card: &CardId, digest: Option<Digest>) -> Result<i64, StoreError> {
    if let Some(row) = find_row(connection, card)? {
        return Ok(row);
    }
    connection.prepare_cached("insert into cards (deck, question, digest) values (?, ?, ?)")?.execute(params![
        card.deck,
        card.question,
        digest
    ])?;
    Ok(connection.last_insert_rowid())
}

pub(super) fn find_row(connection: &Connection, card: &CardId) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached("select id from cards where deck = ? and question = ?")?;
    Ok(statement.query_row(params![card.deck, card.question], |row| row.get(0)).optional()?)
}

pub(super) fn card_of_row(connection: &Connection, row: i64) -> Result<Card, StoreError> {
    let mut statement = connection.prepare_cached("select * from memories where card = ?")?;
    let mut rows = statement.query([row])?;
    rows.next()?.map_or(Ok(Card::New), columns::card)
}

/// Returns whether a deck was met as it is: there is nothing to take note of.
fn is_met(connection: &Connection, deck: &Deck) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "select deck, question, digest from cards where deck = ? and position is not null order by position",
    )?;
    let rows = statement.query_map([&deck.id], |row| Ok((columns::card_id(row)?, row.get("digest")?)))?;
    let met: Vec<(CardId, Option<Digest>)> = rows.collect::<Result<_, _>>()?;
    if !met.into_iter().eq(deck.questions.iter().map(|question| (deck.card(question), Some(question.digest)))) {
        return Ok(false);
    }
    for former in deck.questions.iter().flat_map(|question| &question.formerly) {
        if find_row(connection, &CardId { deck: deck.id.clone(), question: former.clone() })?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn adopt(connection: &Connection, old: &CardId, new: &CardId) -> Result<bool, StoreError> {
    let Some(old_row) = find_row(connection, old)? else { return Ok(false) };
    let has_history = |row: i64| -> Result<bool, StoreError> {
        let mut statement = connection.prepare_cached("select exists (select 1 from log where card = ?)")?;
        Ok(statement.query_row([row], |row| row.get(0))?)
    };
    let has_notes = |row: i64| -> Result<bool, StoreError> {
        let mut statement = connection.prepare_cached("select exists (select 1 from notes where card = ?)")?;
        Ok(statement.query_row([row], |row| row.get(0))?)
    };
    if !has_history(old_row)? && !has_notes(old_row)? {
        return Ok(false);
    }
    let mut rename = connection.prepare_cached("update cards set deck = ?, question = ? where id = ?")?;
    if let Some(new_row) = find_row(connection, new)? {
        if has_history(new_row)? {
            return Ok(false);
        }
        // The row that had the name until now may have notes, and their versions stay where they are: it takes the
        // old name, and the notes come along.
        connection.prepare_cached("update notes set card = ? where card = ?")?.execute([old_row, new_row])?;
        // No deck has an empty id, so the name is free in between.
        rename.execute(params!["", "", new_row])?;
        rename.execute(params![new.deck, new.question, old_row])?;
        rename.execute(params![old.deck, old.question, new_row])?;
        connection.prepare_cached("update cards set position = null where id = ?")?.execute([new_row])?;
    } else {
        rename.execute(params![new.deck, new.question, old_row])?;
    }
    Ok(true)
}

fn orphans(connection: &Connection) -> Result<Vec<CardId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select deck, question from cards join memories on memories.card = cards.id
        where position is null order by deck, question",
    )?;
    let rows = statement.query_map([], columns::card_id)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn due_today(
    connection: &Connection,
    model: &Model,
    today: Day,
    decks: &[DeckId],
) -> Result<Vec<(CardId, Card)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select cards.deck, cards.question, memories.*
        from json_each(?) as decks
            join cards on cards.deck = decks.value
            join memories on memories.card = cards.id
        where memories.due <= ? and cards.position is not null
        order by decks.key, cards.position",
    )?;
    let mut rows = statement.query(params![list(decks), today])?;
    let mut cards = Vec::new();
    while let Some(row) = rows.next()? {
        cards.push((columns::card_id(row)?, columns::card(row)?));
    }
    Ok(srs::due_order(model, cards, today))
}

fn new_cards(connection: &Connection, decks: &[DeckId]) -> Result<Vec<CardId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select cards.deck, cards.question
        from json_each(?) as decks join cards on cards.deck = decks.value
        where cards.position is not null and not exists (select 1 from memories where memories.card = cards.id)
        order by decks.key, cards.position",
    )?;
    let rows = statement.query_map([list(decks)], columns::card_id)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn counts_of_day(connection: &Connection, day: Day) -> Result<Counts, StoreError> {
    let mut statement = connection.prepare_cached(
        "select coalesce(sum(new), 0), coalesce(sum(reviewed), 0), coalesce(sum(relearned), 0) from days where day = ?",
    )?;
    Ok(statement
        .query_row([day], |row| Ok(Counts { new: row.get(0)?, reviewed: row.get(1)?, relearned: row.get(2)? }))?)
}

/// Ids as a JSON list: they have letters, digits and hyphens, so nothing is to be escaped.
fn list(decks: &[DeckId]) -> String {
    let quoted: Vec<String> = decks.iter().map(|deck| format!("\"{deck}\"")).collect();
    format!("[{}]", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::NoteText;
    use crate::notes::Target;
    use crate::srs::Rating;
    use crate::store::fixtures::answer;
    use crate::store::fixtures::card;
    use crate::store::fixtures::deck;
    use crate::store::fixtures::digest;
    use crate::store::fixtures::moment;
    use crate::store::fixtures::review;

    const DAY: i64 = 24 * 60;

    fn ids(decks: &[&str]) -> Vec<DeckId> {
        decks.iter().map(|deck| deck.parse().expect("an id")).collect()
    }

    fn names<'a>(cards: impl IntoIterator<Item = &'a CardId>) -> Vec<String> {
        cards.into_iter().map(ToString::to_string).collect()
    }

    fn rate(store: &mut Store, name: &str, rating: Rating, minutes: i64) -> Card {
        let id = card(name);
        store.answer(&answer(&id), &review(rating, moment(minutes)), &Model::default()).expect("kept").after
    }

    #[test]
    fn new_cards_come_in_teaching_order_deck_by_deck() {
        let mut store = Store::in_memory().expect("a store");
        store.meet_deck(&deck("b", &["z", "y", "x"])).expect("met");
        store.meet_deck(&deck("a", &["m"])).expect("met");
        rate(&mut store, "b/y", Rating::Good, 0);
        let new = store.new_cards(&ids(&["b", "a"])).expect("cards");
        assert_eq!(names(&new), ["b/z", "b/x", "a/m"]);
        assert_eq!(names(&store.new_cards(&ids(&["a"])).expect("cards")), ["a/m"]);
        assert_eq!(store.new_cards(&[]).expect("cards"), []);
    }

    /// Every command wrote all of it anew, so that on a full disk nothing could be read.
    #[test]
    fn a_deck_that_was_met_is_not_written_again() {
        let mut store = Store::in_memory().expect("a store");
        let changes = |store: &mut Store, deck: &Deck| {
            let before = store.connection.total_changes();
            store.meet_deck(deck).expect("met");
            store.connection.total_changes() - before
        };
        let mut changed = deck("a", &["one", "two"]);
        assert!(changes(&mut store, &deck("a", &["one", "two", "three"])) > 0);
        assert_eq!(changes(&mut store, &deck("a", &["one", "two", "three"])), 0);
        for other in [&["one", "two"] as &[_], &["two", "one"], &["two", "three"]] {
            assert!(changes(&mut store, &deck("a", other)) > 0, "{other:?}");
            assert_eq!(changes(&mut store, &deck("a", other)), 0, "{other:?}");
        }
        assert!(changes(&mut store, &changed) > 0);
        changed.questions[0].digest = digest("another");
        assert!(changes(&mut store, &changed) > 0);
        assert_eq!(changes(&mut store, &changed), 0);
    }

    #[test]
    fn what_is_due_is_asked_and_what_failed_comes_back() {
        let mut store = Store::in_memory().expect("a store");
        store.meet_deck(&deck("a", &["one", "two", "three"])).expect("met");
        rate(&mut store, "a/one", Rating::Good, 0);
        rate(&mut store, "a/two", Rating::Again, 1);
        let due = |store: &Store, minutes| {
            let due = store.due_today(&Model::default(), moment(minutes).day, &ids(&["a"])).expect("cards");
            names(due.iter().map(|(id, _)| id))
        };
        assert_eq!(due(&store, 2), ["a/two"]);
        assert_eq!(due(&store, 2 * DAY), ["a/two", "a/one"]);
        rate(&mut store, "a/two", Rating::Good, 3);
        assert_eq!(due(&store, 4), [""; 0]);
    }

    #[test]
    fn the_days_limits_hold_across_sessions_and_decks() {
        let mut store = Store::in_memory().expect("a store");
        store.meet_deck(&deck("a", &["one", "two", "three"])).expect("met");
        store.meet_deck(&deck("b", &["four"])).expect("met");
        rate(&mut store, "a/one", Rating::Again, 0);
        rate(&mut store, "b/four", Rating::Good, 1);
        let limits = Limits { new_per_day: 3, reviews_per_day: 1 };
        let today = |store: &Store, minutes, decks: &[&str]| {
            store.today(&Model::default(), moment(minutes).day, &ids(decks), limits).expect("a plan")
        };
        let today_a = today(&store, 2, &["a"]);
        assert_eq!(names(&today_a.plan.reviews), ["a/one"]);
        assert_eq!(names(&today_a.plan.new), ["a/two"]);
        assert_eq!(today_a.plan.new_waiting, 1);
        assert_eq!(today_a.done, Counts { new: 2, reviewed: 0, relearned: 0 });
        let later = today(&store, 5 * DAY, &["a", "b"]);
        assert_eq!(names(&later.plan.reviews).len(), 2);
        assert_eq!(names(&later.plan.new), ["a/two", "a/three"]);
        assert_eq!(later.done, Counts::default());
    }

    #[test]
    fn a_changed_question_is_told_until_the_learner_decides() {
        let mut store = Store::in_memory().expect("a store");
        let mut questions = deck("a", &["one", "two"]);
        assert_eq!(store.meet_deck(&questions).expect("met"), Met::default());
        let before = rate(&mut store, "a/one", Rating::Good, 0);
        for question in &mut questions.questions {
            question.digest = digest("something else");
        }
        let changed = vec![ChangedCard { card: card("a/one"), was: digest("?"), is: digest("something else") }];
        // The other one was never answered: nothing of it can be out of date.
        assert_eq!(store.meet_deck(&questions).expect("met").changed, changed);
        assert_eq!(store.meet_deck(&questions).expect("met").changed, changed);
        store.keep_history(&card("a/one"), digest("something else")).expect("kept");
        assert_eq!(store.meet_deck(&questions).expect("met"), Met::default());
        assert_eq!(store.card(&card("a/one")).expect("a card"), before);

        store.reset(&card("a/one"), Some(digest("something else")), moment(1)).expect("reset");
        assert_eq!(store.card(&card("a/one")).expect("a card"), Card::New);
        assert_eq!(names(&store.new_cards(&ids(&["a"])).expect("cards")), ["a/one", "a/two"]);
        assert_eq!(store.last_answers(9).expect("answers").len(), 1);
        // The review was of the card before it began anew: taking it back changes what was done, not the card.
        assert!(store.undo(moment(2)).expect("undone").is_some());
        assert_eq!(store.card(&card("a/one")).expect("a card"), Card::New);
        assert_eq!(store.counts_of_day(moment(0).day).expect("counts"), Counts::default());
    }

    #[test]
    fn a_question_that_left_is_kept_and_not_asked() {
        let mut store = Store::in_memory().expect("a store");
        store.meet_deck(&deck("a", &["one", "two", "three"])).expect("met");
        let known = rate(&mut store, "a/one", Rating::Again, 0);
        let met = store.meet_deck(&deck("a", &["three"])).expect("met");
        assert_eq!(met.orphaned, [card("a/one")]);
        assert_eq!(store.meet_deck(&deck("a", &["three"])).expect("met"), Met::default(), "told once");
        assert_eq!(store.orphans().expect("orphans"), [card("a/one")]);
        assert_eq!(store.due_today(&Model::default(), moment(DAY).day, &ids(&["a"])).expect("cards"), []);
        let cards = store.cards_of_deck(&"a".parse().expect("an id")).expect("cards");
        assert_eq!(
            cards,
            [
                DeckCard { id: card("a/three"), card: Card::New, in_deck: true },
                DeckCard { id: card("a/one"), card: known, in_deck: false },
            ]
        );

        store.meet_deck(&deck("a", &["one", "three"])).expect("met");
        assert_eq!(store.orphans().expect("orphans"), []);
        assert_eq!(store.due_today(&Model::default(), moment(DAY).day, &ids(&["a"])).expect("cards").len(), 1);

        store.meet_deck(&deck("a", &["three"])).expect("met");
        store.reset(&card("a/one"), None, moment(DAY)).expect("deleted");
        assert_eq!(store.orphans().expect("orphans"), []);
    }

    #[test]
    fn history_and_notes_are_carried_across_a_rename() {
        let mut store = Store::in_memory().expect("a store");
        store.meet_deck(&deck("a", &["old", "two"])).expect("met");
        let known = rate(&mut store, "a/old", Rating::Good, 0);
        let text = NoteText::new("mine").expect("a note");
        let note = store.add_note(&Target::Question(card("a/old")), &text, moment(0).at).expect("added");
        let met = store.meet_deck(&deck("a", &["two", "new<oldest<old"])).expect("met");
        assert_eq!(met, Met { renamed: vec![(card("a/old"), card("a/new"))], ..Met::default() });
        assert_eq!(store.card(&card("a/new")).expect("a card"), known);
        assert_eq!(store.card(&card("a/old")).expect("a card"), Card::New);
        assert_eq!(store.last_answers(9).expect("answers")[0].card, card("a/new"));
        let note = store.note(note).expect("read").expect("a note");
        assert_eq!(note.target, Target::Question(card("a/new")));
        assert_eq!(store.meet_deck(&deck("a", &["two", "new<oldest<old"])).expect("met"), Met::default());
        assert_eq!(store.integrity().expect("checked"), [""; 0]);
    }

    #[test]
    fn a_new_name_that_was_met_already_can_still_be_taken() {
        let mut store = Store::in_memory().expect("a store");
        let known = rate(&mut store, "a/old", Rating::Good, 0);
        store.meet_deck(&deck("a", &["new"])).expect("met");
        let text = NoteText::new("mine").expect("a note");
        let note = store.add_note(&Target::Question(card("a/new")), &text, moment(0).at).expect("added");
        assert_eq!(store.meet_deck(&deck("a", &["new<old"])).expect("met").renamed.len(), 1);
        assert_eq!(store.card(&card("a/new")).expect("a card"), known);
        let note = store.note(note).expect("read").expect("a note");
        assert_eq!(note.target, Target::Question(card("a/new")));
        assert_eq!(
            names(store.cards_of_deck(&"a".parse().expect("an id")).expect("cards").iter().map(|card| &card.id)),
            ["a/new"]
        );
    }

    #[test]
    fn two_histories_are_not_mixed() {
        let mut store = Store::in_memory().expect("a store");
        rate(&mut store, "a/old", Rating::Good, 0);
        let new = rate(&mut store, "a/new", Rating::Again, 0);
        let met = store.meet_deck(&deck("a", &["new<old"])).expect("met");
        assert_eq!(met.renamed, []);
        assert_eq!(store.card(&card("a/new")).expect("a card"), new);
        assert_eq!(store.orphans().expect("orphans"), [card("a/old")]);
        // A question that keeps its name keeps its history, whoever claims it.
        assert_eq!(store.meet_deck(&deck("a", &["x<new", "new"])).expect("met").renamed, []);
    }
}
