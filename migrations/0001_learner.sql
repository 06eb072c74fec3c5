-- The learner's database: what was answered, what is remembered of it, notes, and reports worth keeping.
--
-- `log` and `note_versions` are only ever added to. `memories` and `days` follow from `log` and can be rebuilt from it.
-- Instants are milliseconds since 1970 in UTC, `_s` are seconds, days are days since 1970-01-01 as the learner counts
-- them. A released migration is never edited.

-- "Race", so that the file of another program is told from an empty one of ours.
pragma application_id = 1382114149;

-- The learner's side of questions, also of those that left their deck. What hangs on a card hangs on its `id`, so a
-- question can be renamed.
create table cards (
    id integer primary key,
    deck text not null,
    question text not null,
    -- What was asked when the learner's history began, or was last declared to go on.
    digest text check (length(digest) = 64),
    -- The place in the deck's teaching order; null while the question is in no deck.
    position integer check (position >= 0),
    unique (deck, question)
) strict;

-- What happened, in order.
create table log (
    id integer primary key,
    -- `review`: a card was answered and rated. `quiz`: a question was answered in a quiz, which memory knows nothing
    -- of. `undo`: the review `undoes` is taken back. `reset`: the card begins anew.
    kind text not null check (kind in ('review', 'quiz', 'undo', 'reset')),
    card integer not null references cards (id),
    -- The card's name at that time.
    deck text not null,
    question text not null,
    at_ms integer not null,
    -- How far the learner's clock was ahead of UTC.
    offset_s integer not null check (abs(offset_s) < 86400),
    day integer not null,
    -- What was asked.
    digest text check (length(digest) = 64),
    -- What was answered, in the learner's words.
    answer text,
    -- Null where only the learner could tell.
    correct integer check (correct in (0, 1)),
    hints integer check (hints >= 0),
    seconds real check (seconds >= 0),
    -- What the evidence suggested, and what the learner chose: 1 again, 2 hard, 3 good, 4 easy.
    proposed integer check (proposed between 1 and 4),
    rating integer check (rating between 1 and 4),
    -- The card before the review, and all of it afterwards.
    was text check (was in ('new', 'learning', 'reviewed')),
    state text check (state in ('learning', 'reviewed')),
    stability real check (stability between 0.0009 and 36500),
    difficulty real check (difficulty between 1 and 10),
    due integer,
    undoes integer unique references log (id),
    check (case when kind in ('review', 'quiz')
        then digest is not null and answer is not null and hints is not null and seconds is not null
        else coalesce(answer, correct, hints, seconds) is null end),
    check (case when kind = 'review'
        then rating is not null and was is not null and state is not null
            and stability is not null and difficulty is not null and due is not null
        else coalesce(proposed, rating, was, state, stability, difficulty, due) is null end),
    check ((kind = 'undo') = (undoes is not null))
) strict;

create index log_by_card on log (card, id);
create index log_by_day on log (day) where kind = 'review';

create trigger log_is_not_changed before update on log
begin
    select raise(abort, 'the log is only ever added to');
end;

create trigger log_is_not_shortened before delete on log
begin
    select raise(abort, 'the log is only ever added to');
end;

-- What still counts.
create view live_log as
select * from log
where kind in ('review', 'reset') and not exists (select 1 from log as taken_back where taken_back.undoes = log.id);

-- What `memories` has to be: each card as its last review left it, unless it was reset since.
create view memories_of_log as
select card, state, stability, difficulty, due,
    at_ms as last_at_ms, offset_s as last_offset_s, day as last_day
from live_log
where kind = 'review' and id = (select max(latest.id) from live_log as latest where latest.card = live_log.card);

-- What `days` has to be.
create view days_of_log as
select day, deck, sum(was = 'new') as new, sum(was = 'reviewed') as reviewed, sum(was = 'learning') as relearned
from live_log
where kind = 'review'
group by day, deck;

-- What is remembered of each card that is not new.
create table memories (
    card integer primary key references cards (id),
    state text not null check (state in ('learning', 'reviewed')),
    stability real not null,
    difficulty real not null,
    due integer not null,
    last_at_ms integer not null,
    last_offset_s integer not null,
    last_day integer not null
) strict;

create index memories_by_due on memories (due);

-- How many reviews each day had, by what the card was before.
create table days (
    day integer not null,
    deck text not null,
    new integer not null check (new >= 0),
    reviewed integer not null check (reviewed >= 0),
    relearned integer not null check (relearned >= 0),
    primary key (day, deck)
) strict, without rowid;

-- The learner's notes as they now are. A removed note is kept, and not shown.
create table notes (
    id integer primary key,
    kind text not null check (kind in ('deck', 'concept', 'question', 'lines', 'answer')),
    deck text,
    concept text,
    card integer references cards (id),
    first_line integer check (first_line >= 1),
    last_line integer check (last_line >= first_line),
    lines text,
    answer integer references log (id),
    text text not null check (length(text) > 0),
    created_ms integer not null,
    changed_ms integer not null,
    removed integer not null check (removed in (0, 1)),
    check ((deck is not null) = (kind in ('deck', 'concept'))),
    check ((concept is not null) = (kind = 'concept')),
    check ((card is not null) = (kind in ('question', 'lines'))),
    check ((first_line is not null) = (kind = 'lines')),
    check ((last_line is not null) = (kind = 'lines')),
    check ((lines is not null) = (kind = 'lines')),
    check ((answer is not null) = (kind = 'answer'))
) strict;

create index notes_by_deck on notes (deck, concept);
create index notes_by_card on notes (card);
create index notes_by_answer on notes (answer);

-- Every note as it ever was.
create table note_versions (
    id integer primary key,
    note integer not null references notes (id),
    at_ms integer not null,
    kind text not null,
    deck text,
    concept text,
    card integer references cards (id),
    first_line integer,
    last_line integer,
    lines text,
    answer integer references log (id),
    text text not null,
    removed integer not null
) strict;

create index note_versions_by_note on note_versions (note);

create trigger note_versions_are_not_changed before update on note_versions
begin
    select raise(abort, 'versions of notes are only ever added');
end;

create trigger note_versions_are_not_removed before delete on note_versions
begin
    select raise(abort, 'versions of notes are only ever added');
end;

create trigger notes_are_not_removed before delete on notes
begin
    select raise(abort, 'notes are marked as removed, and kept');
end;

create trigger note_versions_begin after insert on notes
begin
    insert into note_versions
        (note, at_ms, kind, deck, concept, card, first_line, last_line, lines, answer, text, removed)
    values
        (new.id, new.changed_ms, new.kind, new.deck, new.concept, new.card, new.first_line, new.last_line, new.lines,
         new.answer, new.text, new.removed);
end;

create trigger note_versions_go_on after update on notes
begin
    insert into note_versions
        (note, at_ms, kind, deck, concept, card, first_line, last_line, lines, answer, text, removed)
    values
        (new.id, new.changed_ms, new.kind, new.deck, new.concept, new.card, new.first_line, new.last_line, new.lines,
         new.answer, new.text, new.removed);
end;

-- What is searched: the words of the notes that are not removed.
create view note_texts as select id, text from notes where removed = 0;

create virtual table note_words using fts5 (
    text, content = 'note_texts', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

create trigger note_words_begin after insert on notes
begin
    insert into note_words (rowid, text) select new.id, new.text where new.removed = 0;
end;

-- One trigger for both, for the order of two would be left open.
create trigger note_words_go_on after update on notes
begin
    insert into note_words (note_words, rowid, text) select 'delete', old.id, old.text where old.removed = 0;
    insert into note_words (rowid, text) select new.id, new.text where new.removed = 0;
end;

-- What exploring a program found, by a digest of all that it depends on.
create table reports (
    key blob primary key check (length(key) = 32),
    report text not null check (json_valid(report)),
    made_ms integer not null
) strict;

create table settings (
    name text primary key,
    value any not null
) strict;
