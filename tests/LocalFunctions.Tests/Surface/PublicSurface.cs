using System.Reflection;
using System.Runtime.CompilerServices;

namespace LocalFunctions.Tests.Surface;

/// <summary>What the assembly shows to an app, as text: one line per type and per member, sorted.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>The types, in the order of their names.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(Microsoft.Azure.Functions.Worker.FunctionAttribute).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <summary>The members that the source declares and an app sees; what the compiler makes for records, enums and delegates is left out.</summary>
    public static IEnumerable<MemberInfo> Members(Type type) => type
        .GetMembers(Declared)
        .Where(member => IsVisible(member) && !member.IsDefined(typeof(CompilerGeneratedAttribute)) && !IsImplied(type, member))
        .OrderBy(member => member.Name, StringComparer.Ordinal)
        .ThenBy(member => member.ToString(), StringComparer.Ordinal);

    /// <summary>All lines.</summary>
    public static IEnumerable<string> Lines()
    {
        foreach (var type in Types)
        {
            yield return $"{KindOf(type)} {NameOf(type)}{Ancestry(type)}";
            foreach (var member in Members(type))
            {
                yield return "  " + Describe(member);
            }
        }
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        Type nested => nested.IsNestedPublic || nested.IsNestedFamily,
        _ => true,
    };

    private static bool IsImplied(Type type, MemberInfo member) =>
        (member is MethodInfo { IsSpecialName: true } method && !method.Name.StartsWith("op_", StringComparison.Ordinal))
        || (type.IsEnum && member is FieldInfo { IsSpecialName: true })
        || (IsRecord(type) && member.Name is "EqualityContract" or "PrintMembers")
        || typeof(Delegate).IsAssignableFrom(type);

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        _ when typeof(Delegate).IsAssignableFrom(type) => "delegate " + Parameters(type.GetMethod("Invoke")!) + " =>" + Text(type.GetMethod("Invoke")!.ReturnType),
        _ when IsRecord(type) => (type.IsSealed ? "sealed " : type.IsAbstract ? "abstract " : "") + "record",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ => (type.IsSealed ? "sealed " : type.IsAbstract ? "abstract " : "") + "class",
    };

    private static string Ancestry(Type type)
    {
        if (type.IsEnum || type.IsValueType || typeof(Delegate).IsAssignableFrom(type))
        {
            return "";
        }

        var ancestors = new[] { type.BaseType }.Where(ancestor => ancestor is not null && ancestor != typeof(object)).Select(ancestor => Text(ancestor!))
            .Concat(type.GetInterfaces().Where(implemented => !implemented.Name.StartsWith("IEquatable", StringComparison.Ordinal)).Select(Text).Order(StringComparer.Ordinal));
        var list = string.Join(", ", ancestors);
        return list.Length == 0 ? "" : " : " + list;
    }

    private static string Describe(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"{Access(constructor)}new({Parameters(constructor)})",
        MethodInfo method => $"{Access(method)}{Text(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}{Generics(method)}({Parameters(method)})",
        PropertyInfo property => $"{Access(property.GetAccessors(true).First(IsVisible))}{Text(property.PropertyType, Nullability.Create(property))} {property.Name} {{{Accessors(property)}}}",
        FieldInfo { IsLiteral: true } constant => $"const {constant.Name} = {constant.GetRawConstantValue()}",
        FieldInfo field => $"static {Text(field.FieldType)} {field.Name}",
        _ => member.ToString()!,
    };

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic && !method.IsConstructor ? "static " : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? "virtual " : "");

    private static string Accessors(PropertyInfo property) => string.Concat(
        property.GetMethod is { } get && IsVisible(get) ? " get;" : "",
        property.SetMethod is { } set && IsVisible(set) ? (set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;") : "",
        " ");

    private static string Generics(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Text))}>" : "";

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(parameter =>
            (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
            + $"{Text(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}"
            + (parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")));

    private static string Text(Type type) => Text(type, nullability: null);

    private static string Text(Type type, NullabilityInfo? nullability)
    {
        var mark = nullability is { ReadState: NullabilityState.Nullable } && Nullable.GetUnderlyingType(type) is null && !type.IsGenericParameter ? "?" : "";
        return Plain(type) + mark;
    }

    private static string Plain(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Plain(underlying) + "?";
        }

        if (type.IsArray)
        {
            return Plain(type.GetElementType()!) + "[]";
        }

        return type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Plain))}>" : type.Name;
    }

    private static string NameOf(Type type) => $"{type.Namespace}.{Plain(type)}";
}
