using System.Reflection;

namespace LocalFunctions.Hosting;

/// <summary>Where the functions of an app are looked for.</summary>
/// <param name="Assembly">The app's assembly; <c>host.json</c> may lie beside it.</param>
/// <param name="Types">The classes to search.</param>
internal sealed record FunctionAppSource(Assembly Assembly, Func<IReadOnlyCollection<Type>> Types);
