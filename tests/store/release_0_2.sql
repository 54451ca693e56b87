-- A practice as release 0.2 (schema version 3) wrote it, in SQLite's own dump: every later version has to upgrade it.
PRAGMA application_id = 1129544046;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE clients (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_key TEXT NOT NULL,
    practice_code TEXT, code_key TEXT, team TEXT COLLATE NOCASE, note TEXT NOT NULL DEFAULT '', details TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0, standing INTEGER NOT NULL REFERENCES standings (id), search TEXT NOT NULL
) STRICT;
INSERT INTO "clients" VALUES(1,'c1','Abbey Road Bakery Ltd','abbey road bakery ltd','C01','c01','North','','{"tax_number": "GB123"}',0,1,'abbey road bakery ltd
c01
north
abbey road');
INSERT INTO "clients" VALUES(2,'c2','Zoë''s Café','zoe''s cafe','C02','c02','North','','{}',0,3,'zoë''s café
c02
north');
INSERT INTO "clients" VALUES(3,'c3','Łódź Øl & Þing','łodz øl & þing','C03','c03','South','','{}',0,0,'łódź øl & þing
c03
south');
CREATE TABLE contacts (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, checked_at TEXT, fault TEXT, fault_at TEXT,
    PRIMARY KEY (software, organisation_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "contacts" VALUES('quickbooks','77',NULL,'unreachable','2026-11-30T15:11:00.729Z');
INSERT INTO "contacts" VALUES('xero','o1','2026-11-30T15:11:00.722Z',NULL,NULL);
CREATE TABLE head (seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO "head" VALUES(10,X'386051876AD0BE14E0DD3C35341D7479218EA5CF13FF85AB0365B8BA993F78F1');
CREATE TABLE held (sign_in TEXT NOT NULL, holder TEXT NOT NULL, used_at TEXT NOT NULL, refused_at TEXT, PRIMARY KEY (sign_in, holder)) STRICT, WITHOUT ROWID;
INSERT INTO "held" VALUES('quickbooks:ann:77','u1000@host','2026-11-30T15:11:00.708Z','2026-11-30T15:11:00.713Z');
INSERT INTO "held" VALUES('xero:ann','u1000@host','2026-11-30T15:11:00.697Z',NULL);
CREATE TABLE integrations (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, client INTEGER NOT NULL REFERENCES clients (n),
    organisation_name TEXT NOT NULL, sign_in TEXT NOT NULL REFERENCES sign_ins (id), since TEXT NOT NULL,
    connected_at TEXT NOT NULL, refreshed_at TEXT, problem TEXT, settings TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (software, organisation_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "integrations" VALUES('quickbooks','77',2,'Zoë''s Café','quickbooks:ann:77','2026-11-19T11:00:00.000Z','2026-11-19T10:00:00.000Z','2026-11-19T10:00:00.000Z','sign_in_refused','{}');
INSERT INTO "integrations" VALUES('xero','o1',1,'Abbey Road','xero:ann','2026-11-19T09:00:00.000Z','2026-11-19T09:00:00.000Z','2026-11-19T13:00:00.000Z',NULL,'{}');
CREATE TABLE items (
    job TEXT NOT NULL REFERENCES jobs (id), n INTEGER NOT NULL, client TEXT NOT NULL, name TEXT NOT NULL, software TEXT NOT NULL,
    organisation_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, says TEXT, ended_at TEXT, body TEXT NOT NULL,
    PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;
INSERT INTO "items" VALUES('4d22bd77',0,'c1','Abbey Road Bakery Ltd','xero','o1','waiting',NULL,NULL,NULL,'{}');
INSERT INTO "items" VALUES('4d22bd77',1,'c2','Zoë''s Café','quickbooks','77','failed','sign_in_refused','No.','2026-11-30T15:11:00.750Z','{"says": "No.", "cannot": "yes"}');
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, software TEXT, sign_in TEXT, state TEXT NOT NULL, by TEXT NOT NULL,
    started_at TEXT NOT NULL, ended_at TEXT, runner TEXT, body TEXT NOT NULL
) STRICT;
INSERT INTO "jobs" VALUES('4d22bd77','refresh',NULL,NULL,'waiting','ann@example.com','2026-11-30T15:11:00.750Z',NULL,NULL,'{}');
CREATE TABLE "ledger" (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
    client TEXT, software TEXT, organisation_id TEXT, body TEXT NOT NULL, hash BLOB NOT NULL
) STRICT
;
INSERT INTO "ledger" VALUES(1,'2026-11-19T08:00:00.000Z','ann@example.com','signed_in',NULL,'xero',NULL,'{"sign_in": "xero:ann", "person": {"id": "ann", "name": "Ann Ash", "email": "ann@example.com"}, "ends_at": null}',X'B9B530DFCAC775AF54F9083DF85F4CDE0CA65E0647B1D698370283167E8CF9B5');
INSERT INTO "ledger" VALUES(2,'2026-11-19T08:00:00.000Z','ann@example.com','signed_in',NULL,'quickbooks',NULL,'{"sign_in": "quickbooks:ann:77", "person": {"id": "ann", "name": "Ann Ash", "email": "ann@example.com"}, "ends_at": "2027-02-27T08:00:00.000Z", "organisation": {"id": "77", "name": "Zoë''s Café"}}',X'2B8CAEE20384757B391BC465AFE398B56B17694622E5117AAF1B1F756210100A');
INSERT INTO "ledger" VALUES(3,'2026-11-19T09:00:00.000Z','ann@example.com','client_added','c1',NULL,NULL,'{"name": "Abbey Road Bakery Ltd", "details": {}, "practice_code": "C01", "team": "North"}',X'71CD0356283598F7D2A3AFC2D8EB68EDBB26AF40AAE73DE6D144027BA0BCF24B');
INSERT INTO "ledger" VALUES(4,'2026-11-19T09:00:00.000Z','ann@example.com','client_added','c2',NULL,NULL,'{"name": "Zoë''s Café", "details": {}, "practice_code": "C02", "team": "North"}',X'AF0B4589B58485BE9B0C8C118E4F4BC7DEF2C6E1CF8D497AA878AA033EB7E697');
INSERT INTO "ledger" VALUES(5,'2026-11-19T09:00:00.000Z','ann@example.com','client_added','c3',NULL,NULL,'{"name": "Łódź Øl & Þing", "details": {}, "practice_code": "C03", "team": "North"}',X'056A6D77DF24EE10D6955DB0A72B30EAA7C0F0FD3C89D203C1716B99D60434B1');
INSERT INTO "ledger" VALUES(6,'2026-11-19T09:00:00.000Z','ann@example.com','integration_connected','c1','xero','o1','{"organisation_name": "Abbey Road", "sign_in": "xero:ann", "lists": {"contacts": 2}}',X'77097BB555F4836754103539649A3A29858BDBE7959544DE7E04CCE617CF5823');
INSERT INTO "ledger" VALUES(7,'2026-11-19T10:00:00.000Z','ann@example.com','integration_connected','c2','quickbooks','77','{"organisation_name": "Zoë''s Café", "sign_in": "quickbooks:ann:77"}',X'A0BA0DC9C02E2EF1149EFFEF1553C6770ADFACC66DB9ECEB6C6A8EB593FDB220');
INSERT INTO "ledger" VALUES(8,'2026-11-19T11:00:00.000Z','ann@example.com','found_expired','c2','quickbooks','77','{"reason": "sign_in_refused", "says": "invalid_grant", "sign_in": "quickbooks:ann:77", "was": null}',X'943E1BF286D7233AF1F4969CCE7C1416AC4DC33142AA3A9BB73A948C9B0E2E3E');
INSERT INTO "ledger" VALUES(9,'2026-11-19T12:00:00.000Z','ann@example.com','team_assigned','c3',NULL,NULL,'{"team": "South", "before": "North", "step": "s1"}',X'C2844786399E58F34DC7E68131E87BA13B1C12A92FB9D17D1442DAAA38BDA3C3');
INSERT INTO "ledger" VALUES(10,'2026-11-19T13:00:00.000Z','ann@example.com','refreshed','c1','xero','o1','{"lists": {"contacts": 3}, "details": {"tax_number": "GB123"}}',X'386051876AD0BE14E0DD3C35341D7479218EA5CF13FF85AB0365B8BA993F78F1');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('practice','4671bd4ae3b850aa');
INSERT INTO "meta" VALUES('sort','[["team", true]]');
INSERT INTO "meta" VALUES('filters','["oak"]');
CREATE TABLE pulled (
    software TEXT NOT NULL, organisation_id TEXT NOT NULL, list TEXT NOT NULL, records TEXT NOT NULL, count INTEGER NOT NULL,
    pulled_at TEXT NOT NULL, PRIMARY KEY (software, organisation_id, list)
) STRICT;
INSERT INTO "pulled" VALUES('xero','o1','contacts','[{"name": "Mill"}]',1,'2026-11-30T15:11:00.740Z');
CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY, software TEXT NOT NULL, person_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
    used_at TEXT NOT NULL, ends_at TEXT, signed_out INTEGER NOT NULL DEFAULT 0
, organisation_id TEXT, organisation_name TEXT) STRICT;
INSERT INTO "sign_ins" VALUES('xero:ann','xero','ann','Ann Ash','ann@example.com','2026-11-19T08:00:00.000Z',NULL,0,NULL,NULL);
INSERT INTO "sign_ins" VALUES('quickbooks:ann:77','quickbooks','ann','Ann Ash','ann@example.com','2026-11-19T08:00:00.000Z','2027-02-27T08:00:00.000Z',0,'77','Zoë''s Café');
CREATE TABLE standings (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, working TEXT) STRICT;
INSERT INTO "standings" VALUES(0,'',NULL);
INSERT INTO "standings" VALUES(1,' xero:ann','xero:ann');
INSERT INTO "standings" VALUES(3,'sign_in_refused quickbooks:ann:77',NULL);
CREATE TABLE teams (name TEXT PRIMARY KEY COLLATE NOCASE) STRICT;
INSERT INTO "teams" VALUES('North');
INSERT INTO "teams" VALUES('South');
CREATE TABLE views (name TEXT PRIMARY KEY COLLATE NOCASE, filter TEXT NOT NULL, made_at TEXT NOT NULL) STRICT;
INSERT INTO "views" VALUES('North','team:North','2026-11-30T15:11:00.760Z');
CREATE INDEX standings_working ON standings (working);
CREATE UNIQUE INDEX clients_code ON clients (code_key) WHERE code_key IS NOT NULL AND removed = 0;
CREATE INDEX clients_name ON clients (removed, name_key, n);
CREATE INDEX clients_team ON clients (team) WHERE removed = 0;
CREATE INDEX clients_tax ON clients (json_extract(details, '$.tax_number'));
CREATE INDEX clients_standing ON clients (standing, removed);
CREATE INDEX integrations_client ON integrations (client);
CREATE INDEX integrations_sign_in ON integrations (sign_in, problem);
CREATE INDEX items_state ON items (job, state);
CREATE INDEX ledger_client ON ledger (client) WHERE client IS NOT NULL;
COMMIT;
