import { describe, expect, test } from 'vitest';
import { tokenize } from '../../../src/search/tokenizer.ts';

const words = (text: string): string[] => tokenize(text).words;
const everything = (text: string): Set<string> => {
  const tokens = tokenize(text);
  return new Set([...tokens.words, ...tokens.identifiers]);
};

describe('words', () => {
  test.each<[text: string, expected: string[]]>([
    ['The quick, brown fox!', ['the', 'quick', 'brown', 'fox']],
    ['Connections were RETRIED', ['connect', 'were', 'retri']],
    ["don't can’t users' user's it's", ['dont', 'cant', 'user', 'user', 'it']],
    ['naïve café Ångström', ['naiv', 'cafe', 'angstrom']],
    ['Straße STRASSE', ['strass', 'strass']],
    ['Œuvre æther Łódź smørrebrød', ['oeuvr', 'aether', 'lodz', 'smorrebrod']],
    ['İstanbul ISTANBUL ıstanbul', ['istanbul', 'istanbul', 'istanbul']],
    ['ﬁle ｆｕｌｌ ①', ['file', 'full', '1']],
    ['Ошибки подключения', ['ошибки', 'подключения']],
    ['ёлка ЕЛКА', ['елка', 'елка']],
    ['Λόγος ΛΟΓΟΣ λογος', ['λογοσ', 'λογοσ', 'λογοσ']],
    ['مُحَمَّد محمد', ['محمد', 'محمد']],
    ['إدارة اداره', ['اداره', 'اداره']],
    ['שָׁלוֹם שלום', ['שלום', 'שלום']],
    ['हिन्दी में खोज', ['हिन्दी', 'में', 'खोज']],
    ['٤٢ ۴۲ ४२', ['42', '42', '42']],
    ['Việt Nam đường', ['viet', 'nam', 'duong']],
    ['soft\u00adhyphen zero\u200dwidth', ['softhyphen', 'zerowidth']],
    ['', []],
    [' \t\n\0 .,;:!?()[]{}<>|"`~^$%& ', []],
    ['\ud800 a\udc00b', ['a', 'b']],
    ['🚀 ship it', ['u1f680', 'ship', 'it']],
  ])('%j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('keeps order and repetitions', () => {
    expect(words('cache the cache')).toEqual(['cach', 'the', 'cach']);
  });
});

describe('scripts without spaces', () => {
  test.each<[text: string, expected: string[]]>([
    ['数据库连接', ['数据', '据库', '库连', '连接']],
    ['茶', ['茶']],
    ['テスト', ['テス', 'スト']],
    ['ﾃｽﾄ', ['テス', 'スト']],
    ['が', ['が']],
    ['ガイド', ['ガイ', 'イド']],
    ['데이터베이스', ['데이', '이터', '터베', '베이', '이스']],
    ['ภาษา', ['ภา', 'าษ', 'ษา']],
    ['使用React开发', ['使用', 'react', '开发']],
    ['𠮷野家', ['𠮷野', '野家']],
  ])('%s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('marks stay with their letter', () => {
    expect(words('ที่นี่')).toEqual(['ที่นี่']);
  });

  test('single characters of Chinese, Japanese and Korean are found, the last one too', () => {
    expect(tokenize('数据库').identifiers).toEqual(['数', '据', '库']);
    expect(tokenize('ภาษา').identifiers).toEqual([]);
  });
});

describe('identifiers', () => {
  test.each<[text: string, parts: string[], whole: string[]]>([
    ['readFileSync', ['read', 'file', 'sync'], ['readfilesync']],
    ['ReadFileSync', ['read', 'file', 'sync'], ['readfilesync']],
    ['read_file_sync', ['read', 'file', 'sync'], ['readfilesync']],
    ['read-file-sync', ['read', 'file', 'sync'], ['readfilesync']],
    ['READ_FILE_SYNC', ['read', 'file', 'sync'], ['readfilesync']],
    ['HTTPServer', ['http', 'server'], ['httpserver']],
    ['getHTTPResponseCode', ['get', 'http', 'respons', 'code'], ['gethttpresponsecod']],
    ['userIDs', ['user', 'id'], ['userid']],
    ['URLs', ['url'], []],
    ['useOAuthToken', ['use', 'auth', 'token'], ['oauth', 'useoauthtoken']],
    ['GraphQLClient', ['client'], ['graphql', 'graphqlclient']],
    ['JavaScript', ['java', 'script'], ['javascript']],
    ['iPhone', ['phone'], ['iphon']],
    ['ERR_MODULE_NOT_FOUND', ['err', 'modul', 'not', 'found'], ['errmodulenotfound']],
    ['E0308', ['0308'], ['e0308']],
    ['TS2345', ['ts', '2345'], ['ts2345']],
    ['CVE-2024-1234', ['cve'], ['cve2024p1234', '2024', '1234', 'cve2024']],
    ['0x80070005', ['0x80070005'], ['80070005']],
    ['v1.2.3', ['1p2p3'], ['v1p2p3', '1p2', 'v1']],
    ['1.2.3-beta.4', ['1p2p3', 'beta'], ['1p2']],
    ['20.19.2', ['20p19p2'], ['20', '19', '20p19']],
    ['k8s', ['k8s'], []],
    ['i18n', ['i18n'], []],
    ['S3', ['s3'], []],
    ['sha256', ['sha', '256'], ['sha256']],
    ['node.js', ['node', 'js'], ['nodej']],
    ['@scope/pkg', ['scope', 'pkg'], ['scopepkg']],
    ['src/search/tokenizer.ts', ['src', 'search', 'token', 'ts'], ['tokenizert']],
    ['C:\\Users\\me\\notes.txt', ['user', 'me', 'note', 'txt'], ['notestxt']],
    ['std::collections::HashMap', ['std', 'collect', 'hash', 'map'], ['hashmap']],
    ['https://docs.example.com/api/v2?x=1', ['https', 'doc', 'exampl', 'com', 'api'], ['docsexamplecom', 'v2']],
    ['john.doe@example.com', ['john', 'doe', 'exampl', 'com'], ['johndo', 'examplecom']],
    ['e-mail', ['mail'], ['email']],
    ['O’Brien', ['brien'], ['obrien']],
    ["don't-panic", ['dont', 'panic'], ['dontpan']],
    ['__init__', ['init'], []],
    ['--no-verify', ['no', 'verifi'], ['noverifi']],
    ['C++', ['cpp'], []],
    ['c++17', ['cpp', '17'], []],
    ['C#', ['csharp'], []],
    ['.NET', ['dotnet'], ['net']],
    ['asp.net', ['asp', 'net'], ['aspnet']],
    ['обработатьЗапрос', ['обработать', 'запрос'], []],
  ])('%s', (text, parts, whole) => {
    const tokens = tokenize(text);
    expect(tokens.words).toEqual(expect.arrayContaining(parts));
    expect(tokens.identifiers).toEqual(expect.arrayContaining(whole));
  });

  test('a plain word is no identifier', () => {
    expect(tokenize('Hello WORLD again 42').identifiers).toEqual([]);
  });

  test('each whole name once', () => {
    expect(tokenize('readFile readFile read_file').identifiers).toEqual(['readfil']);
  });

  test('1.2 is not 12', () => {
    expect(everything('1.2')).not.toContain('12');
    expect(everything('v1.23')).not.toContain('1p2');
  });

  test('single letters and digits of a name are not words', () => {
    expect(words('x-axis v1.2')).toEqual(['axi', '1p2']);
    expect(words('plan B 7')).toEqual(['plan', 'b', '7']);
  });
});

describe('bounds', () => {
  test('tokens are cut at 32 bytes, never inside a character', () => {
    expect(words('x'.repeat(90))).toEqual(['x'.repeat(32)]);
    expect(words('ж'.repeat(90))).toEqual(['ж'.repeat(16)]);
    expect(words('ह'.repeat(90))).toEqual(['ह'.repeat(10)]);
  });

  test('what is encoded in one long stretch is not split', () => {
    expect(words('aB'.repeat(40))).toEqual(['ab'.repeat(16)]);
  });

  test.each(['a.', 'aB', 'a1', "a'", 'a_', '1.', 'a/', '\ufdfa', 'e\u0301\u0301', '数', 'ก่', '👩🏽‍💻', 'aB.c1-'])(
    '50,000 characters of %j give a bounded number of tokens',
    (unit) => {
      const text = unit.repeat(Math.ceil(50_000 / unit.length)).slice(0, 50_000);
      const tokens = tokenize(text);
      expect(tokens.words.length + tokens.identifiers.length).toBeLessThanOrEqual(60_000);
    },
  );
});
