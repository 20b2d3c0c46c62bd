/** The fields that the schemas of the kinds declare, each with its place in the generated types. */
import ts from 'typescript';
import { type Kind, kindNames } from '../../src/model/kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf } from '../../src/model/schemas.ts';

export interface Field {
  readonly kind: Kind;
  /** `spec.tiers[].vm.resources.cpu`; `{}` for the values of a map. */
  readonly path: string;
  /** Where the generated types declare it; empty when they don't. */
  readonly declarations: readonly ts.Node[];
  readonly schema: JsonSchema;
}

/** Every field below `spec` and `status` that has no fields of its own, in the order of the schemas. */
export function schemaFields(program: ts.Program, kindsFile: string): Field[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(kindsFile);
  const module = file && checker.getSymbolAtLocation(file);
  const map = module && checker.getExportsOfModule(module).find(({ name }) => name === 'KindMap');
  if (!map) throw new Error(`${kindsFile} has no KindMap`);
  return kindNames.flatMap((kind) => {
    const property = checker.getDeclaredTypeOfSymbol(map).getProperty(kind);
    const type = property && checker.getTypeOfSymbol(property);
    return fieldsBelow({ kind, root: schemaOf(kind), checker }, schemaOf(kind), type, '').filter(
      ({ path }) => path.startsWith('spec') || path.startsWith('status'),
    );
  });
}

interface Walk {
  readonly kind: Kind;
  readonly root: JsonSchema;
  readonly checker: ts.TypeChecker;
}

function fieldsBelow(walk: Walk, schema: JsonSchema, type: ts.Type | undefined, path: string): Field[] {
  const { root, checker } = walk;
  const { properties = {}, items, additionalProperties } = resolveSchema(root, schema);
  const whole = type && checker.getNonNullableType(type);
  const named = Object.entries(properties).flatMap(([name, below]): Field[] => {
    const symbol = whole && propertyOf(checker, whole, name);
    const own = path === '' ? name : `${path}.${name}`;
    const deeper = fieldsBelow(walk, below, symbol && checker.getTypeOfSymbol(symbol), own);
    if (deeper.length > 0) return deeper;
    return [
      {
        kind: walk.kind,
        path: own,
        declarations: symbol?.declarations ?? [],
        schema: resolveSchema(root, below),
      },
    ];
  });
  const index = (kind: ts.IndexKind): ts.Type | undefined => whole && checker.getIndexTypeOfType(whole, kind);
  const listed = items ? fieldsBelow(walk, items, index(ts.IndexKind.Number), `${path}[]`) : [];
  const mapped =
    typeof additionalProperties === 'object'
      ? fieldsBelow(walk, additionalProperties, index(ts.IndexKind.String), `${path}{}`)
      : [];
  return [...named, ...listed, ...mapped];
}

function propertyOf(checker: ts.TypeChecker, type: ts.Type, name: string): ts.Symbol | undefined {
  const parts = type.isUnion() ? type.types : [type];
  return parts
    .map((part) => checker.getApparentType(part).getProperty(name))
    .find((one) => one !== undefined);
}
