-- A practice as release 0.1 (schema version 1) wrote it, in SQLite's own dump: every later version has to upgrade it.
PRAGMA application_id = 1129544046;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'clientsync','first_shape','2026-11-25 01:51:18.889138+00:00');
CREATE TABLE clients (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_key TEXT NOT NULL,
    practice_code TEXT, code_key TEXT, team TEXT COLLATE NOCASE, note TEXT NOT NULL DEFAULT '', details TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0, standing INTEGER NOT NULL REFERENCES standings (id), search TEXT NOT NULL
) STRICT;
INSERT INTO "clients" VALUES(1,'c1','Abbey Road Bakery Ltd','abbey road bakery ltd','ABB01','abb01','North','','{"country": "United Kingdom", "currency": "EUR", "tax_number": "GB123"}',0,1,'abbey road bakery ltd
abb01
north
abbey road bakery limited');
INSERT INTO "clients" VALUES(2,'c2','Novák Stavby s.r.o.','novak stavby s.r.o.','NOV02','nov02','South','','{}',0,1,'novák stavby s.r.o.
nov02
south
books of o2');
INSERT INTO "clients" VALUES(3,'c3','Harbour Fish Bar 魚','harbour fish bar 魚',NULL,NULL,NULL,'Calls on Fridays
never Mondays','{}',0,2,'harbour fish bar 魚
calls on fridays never mondays
books of o3');
INSERT INTO "clients" VALUES(4,'c4','Ivy Lane Flowers','ivy lane flowers',NULL,NULL,NULL,'','{}',0,3,'ivy lane flowers
books of o4');
INSERT INTO "clients" VALUES(5,'c5','Removed & Gone','removed & gone',NULL,NULL,NULL,'','{}',1,0,'removed & gone');
CREATE TABLE contacts (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, checked_at TEXT, fault TEXT, fault_at TEXT,
    PRIMARY KEY (software, organisation_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "contacts" VALUES('xero','o1','2026-11-25T01:51:18.914Z',NULL,NULL);
INSERT INTO "contacts" VALUES('xero','o2',NULL,'limit','2026-11-25T01:51:18.914Z');
CREATE TABLE held (sign_in TEXT NOT NULL, holder TEXT NOT NULL, used_at TEXT NOT NULL, PRIMARY KEY (sign_in, holder)) STRICT, WITHOUT ROWID;
INSERT INTO "held" VALUES('xero:ann','ann@desk','2026-11-25T01:51:18.911Z');
CREATE TABLE integrations (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, client INTEGER NOT NULL REFERENCES clients (n),
    organisation_name TEXT NOT NULL, sign_in TEXT NOT NULL REFERENCES sign_ins (id), since TEXT NOT NULL,
    connected_at TEXT NOT NULL, refreshed_at TEXT, problem TEXT, settings TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (software, organisation_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "integrations" VALUES('xero','o1',1,'Abbey Road Bakery Limited','xero:ann','2026-11-02T12:00:00.000Z','2026-11-02T12:00:00.000Z','2026-11-02T23:00:00.000Z',NULL,'{"lists": ["accounts"]}');
INSERT INTO "integrations" VALUES('xero','o2',2,'Books of o2','xero:ann','2026-11-02T21:00:00.000Z','2026-11-02T21:00:00.000Z','2026-11-02T13:00:00.000Z',NULL,'{}');
INSERT INTO "integrations" VALUES('xero','o3',3,'Books of o3','xero:ann','2026-11-02T22:00:00.000Z','2026-11-02T14:00:00.000Z','2026-11-02T14:00:00.000Z','access_removed','{}');
INSERT INTO "integrations" VALUES('xero','o4',4,'Books of o4','xero:ann','2026-11-03T01:00:00.000Z','2026-11-02T15:00:00.000Z','2026-11-02T15:00:00.000Z','disconnected_here','{}');
CREATE TABLE items (
    job TEXT NOT NULL REFERENCES jobs (id), n INTEGER NOT NULL, client TEXT NOT NULL, name TEXT NOT NULL, software TEXT NOT NULL,
    organisation_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, says TEXT, ended_at TEXT, body TEXT NOT NULL,
    PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;
INSERT INTO "items" VALUES('5c8a8a33',0,'c1','Abbey','xero','o1','done',NULL,NULL,'2026-11-25T01:51:18.937Z','{}');
INSERT INTO "items" VALUES('5c8a8a33',1,'c2','Novák','xero','o2','waiting',NULL,NULL,NULL,'{}');
INSERT INTO "items" VALUES('5c8a8a33',2,'c4','Ivy','xero','o4','skipped','already_added',NULL,'2026-11-25T01:51:18.922Z','{}');
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, software TEXT, sign_in TEXT, state TEXT NOT NULL, by TEXT NOT NULL,
    started_at TEXT NOT NULL, ended_at TEXT, runner TEXT, body TEXT NOT NULL
) STRICT;
INSERT INTO "jobs" VALUES('5c8a8a33','refresh','xero',NULL,'waiting','ann@example.com','2026-11-25T01:51:18.922Z',NULL,NULL,'{}');
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
    client TEXT, software TEXT, organisation_id TEXT, body TEXT NOT NULL
) STRICT;
INSERT INTO "ledger" VALUES(1,'2026-11-02T09:00:00.000Z','ann@example.com','signed_in',NULL,'xero',NULL,'{"sign_in": "xero:ann", "person": {"id": "ann", "name": "Ann Ash", "email": "ann@example.com"}, "ends_at": "2027-01-01T09:00:00.000Z"}');
INSERT INTO "ledger" VALUES(2,'2026-11-02T10:00:00.000Z','ann@example.com','signed_in',NULL,'xero',NULL,'{"sign_in": "xero:bob", "person": {"id": "bob", "name": "Bob Birch", "email": "bob@example.com"}, "ends_at": null}');
INSERT INTO "ledger" VALUES(3,'2026-11-02T11:00:00.000Z','ann@example.com','team_created',NULL,NULL,NULL,'{"team": "North"}');
INSERT INTO "ledger" VALUES(4,'2026-11-02T12:00:00.000Z','ann@example.com','client_added','c1',NULL,NULL,'{"name": "Abbey Road Bakery Ltd", "details": {"country": "United Kingdom", "currency": "GBP", "tax_number": "GB123"}, "team": "North", "practice_code": "ABB01"}');
INSERT INTO "ledger" VALUES(5,'2026-11-02T12:00:00.000Z','ann@example.com','integration_connected','c1','xero','o1','{"organisation_name": "Books of o1", "sign_in": "xero:ann"}');
INSERT INTO "ledger" VALUES(6,'2026-11-02T13:00:00.000Z','ann@example.com','client_added','c2',NULL,NULL,'{"name": "Novák Stavby s.r.o.", "details": {}}');
INSERT INTO "ledger" VALUES(7,'2026-11-02T13:00:00.000Z','ann@example.com','integration_connected','c2','xero','o2','{"organisation_name": "Books of o2", "sign_in": "xero:bob"}');
INSERT INTO "ledger" VALUES(8,'2026-11-02T14:00:00.000Z','ann@example.com','client_added','c3',NULL,NULL,'{"name": "Harbour Fish Bar 魚", "details": {}}');
INSERT INTO "ledger" VALUES(9,'2026-11-02T14:00:00.000Z','ann@example.com','integration_connected','c3','xero','o3','{"organisation_name": "Books of o3", "sign_in": "xero:ann"}');
INSERT INTO "ledger" VALUES(10,'2026-11-02T15:00:00.000Z','ann@example.com','client_added','c4',NULL,NULL,'{"name": "Ivy Lane Florists", "details": {}}');
INSERT INTO "ledger" VALUES(11,'2026-11-02T15:00:00.000Z','ann@example.com','integration_connected','c4','xero','o4','{"organisation_name": "Books of o4", "sign_in": "xero:ann"}');
INSERT INTO "ledger" VALUES(12,'2026-11-02T16:00:00.000Z','ann@example.com','code_set','c2',NULL,NULL,'{"code": "NOV02", "before": null}');
INSERT INTO "ledger" VALUES(13,'2026-11-02T17:00:00.000Z','ann@example.com','note_set','c3',NULL,NULL,'{"note": "Calls on Fridays\nnever Mondays", "before": ""}');
INSERT INTO "ledger" VALUES(14,'2026-11-02T18:00:00.000Z','ann@example.com','team_assigned','c2',NULL,NULL,'{"team": "South", "before": null}');
INSERT INTO "ledger" VALUES(15,'2026-11-02T19:00:00.000Z','ann@example.com','client_renamed','c4',NULL,NULL,'{"name": "Ivy Lane Flowers", "before": "Ivy Lane Florists"}');
INSERT INTO "ledger" VALUES(16,'2026-11-02T20:00:00.000Z','ann@example.com','found_expired','c2','xero','o2','{"reason": "sign_in_refused", "sign_in": "xero:bob", "was": "connected"}');
INSERT INTO "ledger" VALUES(17,'2026-11-02T21:00:00.000Z','ann@example.com','reassigned','c2','xero','o2','{"sign_in": "xero:ann", "from": "xero:bob", "was": "expired"}');
INSERT INTO "ledger" VALUES(18,'2026-11-02T22:00:00.000Z','ann@example.com','found_broken','c3','xero','o3','{"reason": "access_removed", "says": "403", "was": "connected"}');
INSERT INTO "ledger" VALUES(19,'2026-11-02T23:00:00.000Z','ann@example.com','refreshed','c1','xero','o1','{"organisation_name": "Abbey Road Bakery Limited", "details": {"currency": "EUR"}, "before": {"currency": "GBP"}, "lists": {"accounts": 81}}');
INSERT INTO "ledger" VALUES(20,'2026-11-03T00:00:00.000Z','ann@example.com','settings_changed','c1','xero','o1','{"settings": {"lists": ["accounts"]}, "before": {}}');
INSERT INTO "ledger" VALUES(21,'2026-11-03T01:00:00.000Z','ann@example.com','disconnected','c4','xero','o4','{"there": "ended"}');
INSERT INTO "ledger" VALUES(22,'2026-11-03T02:00:00.000Z','ann@example.com','client_added','c5',NULL,NULL,'{"name": "Removed & Gone", "details": {}}');
INSERT INTO "ledger" VALUES(23,'2026-11-03T02:00:00.000Z','ann@example.com','client_removed','c5',NULL,NULL,'{"name": "Removed & Gone"}');
INSERT INTO "ledger" VALUES(24,'2026-11-03T03:00:00.000Z','bob@example.com','signed_out',NULL,'xero',NULL,'{"sign_in": "xero:bob"}');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('practice','496b911208a8ad9e');
CREATE TABLE pulled (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, list TEXT NOT NULL, records TEXT NOT NULL, count INTEGER NOT NULL,
    pulled_at TEXT NOT NULL, PRIMARY KEY (software, organisation_id, list)
) STRICT;
INSERT INTO "pulled" VALUES('xero','o1','accounts','[{"code": "200", "name": "Sales"}]',1,'2026-11-25T01:51:18.915Z');
CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY, software TEXT NOT NULL, person_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
    used_at TEXT NOT NULL, ends_at TEXT, signed_out INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "sign_ins" VALUES('xero:ann','xero','ann','Ann Ash','ann@example.com','2026-11-02T09:00:00.000Z','2027-01-01T09:00:00.000Z',0);
INSERT INTO "sign_ins" VALUES('xero:bob','xero','bob','Bob Birch','bob@example.com','2026-11-02T10:00:00.000Z',NULL,1);
CREATE TABLE standings (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, working TEXT) STRICT;
INSERT INTO "standings" VALUES(0,'',NULL);
INSERT INTO "standings" VALUES(1,' xero:ann','xero:ann');
INSERT INTO "standings" VALUES(2,'access_removed xero:ann',NULL);
INSERT INTO "standings" VALUES(3,'disconnected_here xero:ann',NULL);
CREATE TABLE teams (name TEXT PRIMARY KEY COLLATE NOCASE) STRICT;
INSERT INTO "teams" VALUES('North');
INSERT INTO "teams" VALUES('South');
CREATE TABLE views (name TEXT PRIMARY KEY COLLATE NOCASE, filter TEXT NOT NULL, made_at TEXT NOT NULL) STRICT;
INSERT INTO "views" VALUES('North expired','status:expired team:North','2026-11-25T01:51:18.921Z');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX ledger_client ON ledger (client) WHERE client IS NOT NULL;
CREATE INDEX standings_working ON standings (working);
CREATE UNIQUE INDEX clients_code ON clients (code_key) WHERE code_key IS NOT NULL AND removed = 0;
CREATE INDEX clients_name ON clients (removed, name_key, n);
CREATE INDEX clients_team ON clients (team) WHERE removed = 0;
CREATE INDEX clients_tax ON clients (json_extract(details, '$.tax_number'));
CREATE INDEX clients_standing ON clients (standing, removed);
CREATE INDEX integrations_client ON integrations (client);
CREATE INDEX integrations_sign_in ON integrations (sign_in, problem);
CREATE INDEX items_state ON items (job, state);
COMMIT;
