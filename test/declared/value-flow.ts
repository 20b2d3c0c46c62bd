/**
 * Where the values of properties go, read off the types of a program: the ground of the test that no field of a schema
 * is declared and then ignored.
 *
 * A property is told by where it is declared. Copying its value elsewhere (into an object literal, a variable, a parameter
 * of another type) is no use of it: then it is used if the copy is. Anything else done with it is a use: comparing,
 * computing, handing it to a function. An object that is handled as a whole (`isEqual(a, b)`, `JSON.stringify(a)`) uses
 * none of its properties.
 */
import ts from 'typescript';

/** A property or variable, by its declaration. */
export type Place = ts.Node | ts.Symbol;

export class ValueFlow {
  /** Files that use a property or variable, by its declaration. */
  readonly #uses = new Map<Place, Set<string>>();
  /** Declarations that the value of a declaration is copied to, and the other way round. */
  readonly #to = new Map<Place, Set<Place>>();
  readonly #from = new Map<Place, Set<Place>>();
  /** Files with an object literal that gives the property, by the literal's own property. */
  readonly #given = new Map<Place, string>();
  readonly #linked = new Map<ts.Type, Set<ts.Type>>();
  readonly checker: ts.TypeChecker;

  /** Reads the files of the program that `nameOf` gives a name. */
  constructor(program: ts.Program, nameOf: (file: string) => string | undefined) {
    this.checker = program.getTypeChecker();
    for (const file of program.getSourceFiles()) {
      const name = nameOf(file.fileName);
      if (name !== undefined) this.#read(file, name);
    }
  }

  /** Files in which what the declaration holds is used, there or wherever it was copied to. In order. */
  usesOf(place: Place): string[] {
    return collect(this.#reach(place, this.#to), (one) => this.#uses.get(one) ?? []);
  }

  /** Files in which an object literal gives the property. In order. */
  giversOf(place: Place): string[] {
    return collect(this.#reach(place, this.#from), (one) => {
      const file = this.#given.get(one);
      return file === undefined ? [] : [file];
    });
  }

  #reach(start: Place, edges: ReadonlyMap<Place, ReadonlySet<Place>>): Set<Place> {
    const reached = new Set([start]);
    for (const one of reached) for (const next of edges.get(one) ?? []) reached.add(next);
    return reached;
  }

  #read(file: ts.SourceFile, name: string): void {
    const visit = (node: ts.Node): void => {
      this.#access(node, name);
      this.#flow(node);
      if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node))
        this.#given.set(node, name);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }

  /** What one node does with properties and variables. */
  #access(node: ts.Node, file: string): void {
    if (ts.isPropertyAccessExpression(node)) {
      this.#placed(node, placesOf(this.checker.getSymbolAtLocation(node.name)), file);
    } else if (ts.isElementAccessExpression(node)) {
      const keys = literals(this.checker.getTypeAtLocation(node.argumentExpression));
      this.#placed(node, this.#properties(node.expression, keys), file);
    } else if (ts.isIdentifier(node) && ts.isExpression(node) && isVariableUse(node)) {
      this.#placed(node, placesOf(this.#variable(node)).filter(isLocal), file);
    } else if (ts.isObjectBindingPattern(node)) {
      for (const element of node.elements) this.#bound(node, element, file);
    } else if (ts.isCallExpression(node) && isWholeListing(node)) {
      const [argument] = node.arguments;
      if (!argument) return;
      const type = this.checker.getNonNullableType(this.checker.getTypeAtLocation(argument));
      for (const property of type.getProperties()) this.#use(placesOf(property), file);
    }
  }

  /** `{ name: local = default }` of a destructuring: a copy into the local, or the way to what lies deeper. */
  #bound(pattern: ts.ObjectBindingPattern, element: ts.BindingElement, file: string): void {
    if (element.dotDotDotToken) return;
    const name = element.propertyName ?? element.name;
    if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) return;
    const sources = this.#properties(pattern, [name.text]);
    if (ts.isIdentifier(element.name)) for (const source of sources) this.#copy(source, element);
    else this.#use(sources, file);
  }

  /** An expression that stands for declarations: a use of them, or a copy into what takes the expression's value. */
  #placed(node: ts.Expression, places: readonly Place[], file: string): void {
    if (places.length === 0) return;
    const sink = sinkOf(node);
    if (sink === 'nothing') return;
    if (sink === 'use') this.#use(places, file);
    else for (const place of places) this.#copy(place, sink);
  }

  /** A value of one type that is taken as another: each property of the first is copied to that of the second. */
  #flow(node: ts.Node): void {
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
      this.#link(this.checker.getTypeAtLocation(node.expression), this.checker.getTypeAtLocation(node.type));
    }
    if (!ts.isExpression(node)) return;
    const taken = this.checker.getContextualType(node);
    if (taken) this.#link(this.checker.getTypeAtLocation(node), taken);
  }

  #link(from: ts.Type, to: ts.Type): void {
    if (from === to || !isStructured(from) || !isStructured(to)) return;
    const known = this.#linked.get(from) ?? new Set();
    if (known.has(to)) return;
    this.#linked.set(from, known.add(to));
    if (from.isUnion()) return from.types.forEach((one) => this.#link(one, to));
    if (to.isUnion()) {
      // A variant flows only into the variants that it fits.
      return to.types.forEach((one) => {
        if (this.checker.isTypeAssignableTo(from, one)) this.#link(from, one);
      });
    }
    for (const kind of [ts.IndexKind.Number, ts.IndexKind.String]) {
      const [item, taken] = [from, to].map((type) => this.checker.getIndexTypeOfType(type, kind));
      if (item && taken) this.#link(item, taken);
    }
    if (this.checker.isArrayLikeType(to)) return;
    for (const taken of to.getProperties()) {
      const given = from.getProperty(taken.name);
      if (!given) continue;
      for (const source of placesOf(given)) {
        for (const sink of placesOf(taken)) this.#copy(source, sink);
      }
      this.#link(this.checker.getTypeOfSymbol(given), this.checker.getTypeOfSymbol(taken));
    }
  }

  /** Declarations of properties of what the node stands for. */
  #properties(node: ts.Node, names: readonly string[]): Place[] {
    const type = this.checker.getNonNullableType(this.checker.getTypeAtLocation(node));
    const parts = type.isUnion() ? type.types : [type];
    return parts.flatMap((part) =>
      names.flatMap((name) => placesOf(this.checker.getApparentType(part).getProperty(name))),
    );
  }

  #variable(node: ts.Identifier): ts.Symbol | undefined {
    return ts.isShorthandPropertyAssignment(node.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.checker.getSymbolAtLocation(node);
  }

  #use(places: readonly Place[], file: string): void {
    for (const place of places) addTo(this.#uses, place, file);
  }

  #copy(source: Place, sink: Place): void {
    if (source === sink) return;
    addTo(this.#to, source, sink);
    addTo(this.#from, sink, source);
  }
}

/** What takes the value of an expression: a declaration, when it is only copied there. */
function sinkOf(node: ts.Expression): ts.Node | 'use' | 'nothing' {
  const { parent } = node;
  if (ts.isExpressionStatement(parent)) return 'nothing';
  if (ts.isBinaryExpression(parent)) {
    const { kind } = parent.operatorToken;
    if (kind === ts.SyntaxKind.EqualsToken && parent.left === node) return 'nothing';
    if (kind === ts.SyntaxKind.QuestionQuestionToken) return sinkOf(parent);
    if (kind === ts.SyntaxKind.EqualsToken) return 'use';
  }
  if (
    ts.isParenthesizedExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isSatisfiesExpression(parent) ||
    ts.isNonNullExpression(parent)
  ) {
    return sinkOf(parent);
  }
  if (ts.isConditionalExpression(parent) && parent.condition !== node) return sinkOf(parent);
  if (ts.isPropertyAssignment(parent) && parent.initializer === node) return parent;
  if (ts.isShorthandPropertyAssignment(parent)) return parent;
  if (ts.isVariableDeclaration(parent) && parent.initializer === node && ts.isIdentifier(parent.name))
    return parent;
  return 'use';
}

/** True for an identifier that stands for the value of a variable, not for the name of something. */
function isVariableUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent) || ts.isVariableDeclaration(parent)) return parent.initializer === node;
  return !ts.isParameter(parent) || parent.initializer === node;
}

function isLocal(place: Place): boolean {
  return 'kind' in place && (ts.isVariableDeclaration(place) || ts.isBindingElement(place));
}

/** `Object.entries(x)`, `Object.keys(x)`, `Object.values(x)`: each property is looked at. */
function isWholeListing({ expression }: ts.CallExpression): boolean {
  return (
    ts.isPropertyAccessExpression(expression) &&
    ts.isIdentifier(expression.expression) &&
    expression.expression.text === 'Object' &&
    ['entries', 'keys', 'values'].includes(expression.name.text)
  );
}

function literals(type: ts.Type): string[] {
  const parts = type.isUnion() ? type.types : [type];
  return parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
}

function isStructured(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.UnionOrIntersection)) !== 0;
}

/** What tells a property from others. Those of mapped types are declared nowhere: the symbol has to do. */
function placesOf(symbol: ts.Symbol | undefined): readonly Place[] {
  return symbol ? (symbol.declarations ?? [symbol]) : [];
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}

function collect(places: Iterable<Place>, of: (place: Place) => Iterable<string>): string[] {
  return [...new Set([...places].flatMap((place) => [...of(place)]))].sort();
}
