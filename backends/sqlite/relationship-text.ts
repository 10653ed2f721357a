import type { Connection } from './connection.ts';

/** What the text index holds of the relationships that `where` names: live ones between live memories. */
const indexed = (where: string): string => `SELECT r.pk, r.words
  FROM relationship r CROSS JOIN memory a ON a.pk = r.from_pk CROSS JOIN memory b ON b.pk = r.to_pk
  WHERE ${where} AND r.live = 1 AND a.live = 1 AND b.live = 1`;

const one = indexed('r.pk = ?');
const touching = indexed(`r.pk IN (SELECT pk FROM relationship WHERE from_pk = ? AND live = 1
  UNION SELECT pk FROM relationship WHERE to_pk = ? AND live = 1)`);

const insert = (rows: string): string => `INSERT INTO relationship_text (rowid, words) ${rows}`;
/** FTS5 has to be told the words that it takes out. */
const remove = (rows: string): string =>
  `INSERT INTO relationship_text (relationship_text, rowid, words) SELECT 'delete', pk, words FROM (${rows})`;

export const indexOneSql = insert(one);
export const indexTouchingSql = insert(touching);

/** After the row was written. */
export const indexRelationship = (connection: Connection, pk: number): void => {
  connection.run(indexOneSql, [pk]);
};

/** Before the row is written over. */
export const unindexRelationship = (connection: Connection, pk: number): void => {
  connection.run(remove(one), [pk]);
};

/** After a memory came back. */
export const indexRelationshipsOf = (connection: Connection, memoryPk: number): void => {
  connection.run(indexTouchingSql, [memoryPk, memoryPk]);
};

/** Before a memory goes to the trash. */
export const unindexRelationshipsOf = (connection: Connection, memoryPk: number): void => {
  connection.run(remove(touching), [memoryPk, memoryPk]);
};
