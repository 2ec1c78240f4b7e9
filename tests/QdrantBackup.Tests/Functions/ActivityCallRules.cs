using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QdrantBackup.Tests.Functions;

/// <summary>
/// What the official analyzers DURABLE2001 and 2002 would say: an activity is called with what it takes, for what it returns.
/// A result that the caller ignores counts too.
/// </summary>
internal static class ActivityCallRules
{
    /// <summary>Every breach, as "file(line): rule: what".</summary>
    public static IReadOnlyList<string> Check(CSharpCompilation compilation)
    {
        var activities = Activities(compilation).ToDictionary(a => a.Name, StringComparer.OrdinalIgnoreCase);
        var breaches = new List<string>();
        foreach (var (call, method, model) in Calls(compilation))
        {
            var arguments = call.ArgumentList.Arguments;
            if (model.GetConstantValue(arguments[0].Expression).Value is not string name || !activities.TryGetValue(name, out var activity))
            {
                continue;
            }

            var input = arguments.Count > 1 ? model.GetTypeInfo(arguments[1].Expression).Type : null;
            if (!Fits(compilation, input, activity.Input))
            {
                breaches.Add(At(call, "DURABLE2001", $"{name} takes {activity.Input}, not {input}"));
            }

            if (!Fits(compilation, activity.Output, method.TypeArguments.FirstOrDefault()))
            {
                breaches.Add(At(call, "DURABLE2002", $"{name} returns {activity.Output}, not {method.TypeArguments.FirstOrDefault()}"));
            }
        }

        return breaches;
    }

    /// <summary>The calls of activities, so that a test notices when it looks at none.</summary>
    public static IEnumerable<(InvocationExpressionSyntax Call, IMethodSymbol Method, SemanticModel Model)> Calls(CSharpCompilation compilation) =>
        from tree in compilation.SyntaxTrees
        let model = compilation.GetSemanticModel(tree)
        from call in tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()
        let method = model.GetSymbolInfo(call).Symbol as IMethodSymbol
        where method is { Name: "CallActivityAsync", ContainingType.Name: "TaskOrchestrationContext" }
        select (call, method, model);

    private static IEnumerable<(string Name, ITypeSymbol Input, ITypeSymbol? Output)> Activities(CSharpCompilation compilation) =>
        from tree in compilation.SyntaxTrees
        let model = compilation.GetSemanticModel(tree)
        from declaration in tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
        let method = model.GetDeclaredSymbol(declaration)
        let input = method.Parameters.FirstOrDefault(p => p.GetAttributes().Any(a => a.AttributeClass?.Name == "ActivityTriggerAttribute"))
        where input is not null
        let function = method.GetAttributes().Single(a => a.AttributeClass?.Name == "FunctionAttribute")
        select ((string)function.ConstructorArguments[0].Value!, input.Type, Result(method.ReturnType));

    private static ITypeSymbol? Result(ITypeSymbol returned) => returned switch
    {
        { SpecialType: SpecialType.System_Void } or INamedTypeSymbol { Name: "Task", Arity: 0 } => null,
        INamedTypeSymbol { Name: "Task", TypeArguments: [var result] } => result,
        _ => returned,
    };

    private static bool Fits(CSharpCompilation compilation, ITypeSymbol? source, ITypeSymbol? target) => (source, target) switch
    {
        (null, null) => true,
        (null, { } wanted) => wanted.NullableAnnotation == NullableAnnotation.Annotated,
        (_, null) => false,
        _ => compilation.ClassifyConversion(source, target).IsImplicit,
    };

    private static string At(SyntaxNode node, string rule, string what)
    {
        var place = node.GetLocation().GetLineSpan();
        return $"{Path.GetFileName(place.Path)}({place.StartLinePosition.Line + 1}): {rule}: {what}";
    }
}
