using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QdrantBackup.Tests.Functions;

/// <summary>
/// What the official analyzers DURABLE0001 to 0011 would say, for builds that do not have them: replayed code must come to the same
/// actions every time, so it may not read the clock, draw random numbers, touch the world or leave its thread.
/// It looks at every method with an [OrchestrationTrigger] and at all methods of the same source that those call.
/// </summary>
internal static class OrchestratorRules
{
    // Except their records: what they say is data, and stands in histories.
    private static readonly string[] WorldNamespaces =
        ["System.IO", "System.Net", "Microsoft.Data", "Azure", "QdrantBackup.Storage", "QdrantBackup.Clusters"];

    private static readonly Dictionary<string, string> ForbiddenMembers = new(StringComparer.Ordinal)
    {
        ["System.DateTime.Now"] = "DURABLE0001",
        ["System.DateTime.UtcNow"] = "DURABLE0001",
        ["System.DateTime.Today"] = "DURABLE0001",
        ["System.DateTimeOffset.Now"] = "DURABLE0001",
        ["System.DateTimeOffset.UtcNow"] = "DURABLE0001",
        ["System.Guid.NewGuid"] = "DURABLE0002",
        ["System.Guid.CreateVersion7"] = "DURABLE0002",
        ["System.Threading.Tasks.Task.Delay"] = "DURABLE0003",
        ["System.Threading.Tasks.Task.Run"] = "DURABLE0004",
        ["System.Threading.Tasks.Task.ContinueWith"] = "DURABLE0004",
        ["System.Threading.Tasks.Task.Wait"] = "DURABLE0004",
        ["System.Threading.Tasks.Task.ConfigureAwait"] = "ConfigureAwait",
        ["System.Threading.Tasks.ValueTask.ConfigureAwait"] = "ConfigureAwait",
    };

    private static readonly Dictionary<string, string> ForbiddenTypes = new(StringComparer.Ordinal)
    {
        ["System.TimeProvider"] = "DURABLE0001",
        ["System.Diagnostics.Stopwatch"] = "DURABLE0001",
        ["System.Random"] = "DURABLE0002",
        ["System.Security.Cryptography.RandomNumberGenerator"] = "DURABLE0002",
        ["System.Threading.Thread"] = "DURABLE0003",
        ["System.Threading.Timer"] = "DURABLE0003",
        ["System.Threading.PeriodicTimer"] = "DURABLE0003",
        ["System.Threading.ThreadPool"] = "DURABLE0004",
        ["System.Threading.Tasks.TaskFactory"] = "DURABLE0004",
        ["System.Threading.Tasks.Parallel"] = "DURABLE0004",
        ["System.Environment"] = "DURABLE0006",
    };

    /// <summary>Every breach, as "file(line): rule: what".</summary>
    public static IReadOnlyList<string> Check(CSharpCompilation compilation)
    {
        var breaches = new List<string>();
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var open = new Queue<SyntaxNode>();
        foreach (var method in Orchestrators(compilation))
        {
            var model = compilation.GetSemanticModel(method.SyntaxTree);
            CheckParameters(method, breaches);
            seen.Add(model.GetDeclaredSymbol(method)!);
            open.Enqueue(method);
        }

        while (open.TryDequeue(out var body))
        {
            var model = compilation.GetSemanticModel(body.SyntaxTree);
            CheckLoops(body, breaches);
            foreach (var node in body.DescendantNodes())
            {
                CheckNode(node, model, breaches);
                Follow(node, model, seen, open);
            }
        }

        return [.. breaches.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>How many orchestrators there are, so that a test notices when it looks at none.</summary>
    public static IEnumerable<MethodDeclarationSyntax> Orchestrators(CSharpCompilation compilation) =>
        compilation.SyntaxTrees
            .SelectMany(t => t.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
            .Where(m => m.ParameterList.Parameters.Any(p => HasAttribute(p, "OrchestrationTrigger")));

    private static void CheckParameters(MethodDeclarationSyntax method, List<string> breaches)
    {
        foreach (var parameter in method.ParameterList.Parameters.Where(p => !HasAttribute(p, "OrchestrationTrigger")))
        {
            if (parameter.Type?.ToString() == nameof(CancellationToken))
            {
                breaches.Add(At(parameter, "DURABLE0007", "an orchestrator takes no CancellationToken"));
            }

            if (parameter.AttributeLists.Count > 0)
            {
                breaches.Add(At(parameter, "DURABLE0008", "an orchestrator has no other bindings"));
            }
        }
    }

    private static void CheckLoops(SyntaxNode body, List<string> breaches)
    {
        var endless = body.DescendantNodes().Where(n =>
            n is WhileStatementSyntax { Condition: LiteralExpressionSyntax { RawKind: (int)SyntaxKind.TrueLiteralExpression } }
            or DoStatementSyntax { Condition: LiteralExpressionSyntax { RawKind: (int)SyntaxKind.TrueLiteralExpression } }
            or ForStatementSyntax { Condition: null });
        foreach (var loop in endless)
        {
            if (!loop.DescendantNodes().OfType<IdentifierNameSyntax>().Any(i => i.Identifier.Text == "ContinueAsNew"))
            {
                breaches.Add(At(loop, "DURABLE0011", "an endless loop without ContinueAsNew"));
            }
        }
    }

    private static void CheckNode(SyntaxNode node, SemanticModel model, List<string> breaches)
    {
        if (node is not (SimpleNameSyntax or BaseObjectCreationExpressionSyntax) || node.Ancestors().Any(a => a is AttributeSyntax or NameColonSyntax))
        {
            return;
        }

        var symbol = model.GetSymbolInfo(node).Symbol;
        var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
        if (symbol is null || type is null)
        {
            return;
        }

        if (symbol is not INamedTypeSymbol && ForbiddenMembers.TryGetValue($"{FullName(type)}.{symbol.Name}", out var rule))
        {
            breaches.Add(At(node, rule, $"{type.Name}.{symbol.Name}"));
        }
        else if (ForbiddenTypes.TryGetValue(FullName(type), out rule))
        {
            breaches.Add(At(node, rule, type.Name));
        }
        else if (!type.IsRecord && WorldNamespaces.Any(n => IsIn(type, n)))
        {
            breaches.Add(At(node, "DURABLE0005", $"{type.Name} reaches the outside world"));
        }

        CheckLogger(node, symbol, model, breaches);
    }

    private static void CheckLogger(SyntaxNode node, ISymbol symbol, SemanticModel model, List<string> breaches)
    {
        if (symbol is IFieldSymbol or IPropertySymbol or IParameterSymbol
            && node is ExpressionSyntax expression
            && model.GetTypeInfo(expression).Type is { } type
            && (type.Name == "ILogger" || type.AllInterfaces.Any(i => i.Name == "ILogger")))
        {
            breaches.Add(At(node, "DURABLE0010", $"{symbol.Name} logs again at every replay; use CreateReplaySafeLogger"));
        }
    }

    private static void Follow(SyntaxNode node, SemanticModel model, HashSet<ISymbol> seen, Queue<SyntaxNode> open)
    {
        if (node is not (SimpleNameSyntax or BaseObjectCreationExpressionSyntax)
            || model.GetSymbolInfo(node).Symbol?.OriginalDefinition is not (IMethodSymbol or IPropertySymbol) and not IFieldSymbol
            || model.GetSymbolInfo(node).Symbol!.OriginalDefinition is not { } called
            || !seen.Add(called))
        {
            return;
        }

        foreach (var reference in called.DeclaringSyntaxReferences)
        {
            open.Enqueue(reference.GetSyntax());
        }
    }

    private static bool IsIn(INamedTypeSymbol type, string name)
    {
        var space = type.ContainingNamespace?.ToDisplayString() ?? "";
        return space == name || space.StartsWith(name + ".", StringComparison.Ordinal);
    }

    private static string FullName(INamedTypeSymbol type) => $"{type.ContainingNamespace?.ToDisplayString()}.{type.Name}";

    private static bool HasAttribute(ParameterSyntax parameter, string name) =>
        parameter.AttributeLists.SelectMany(l => l.Attributes).Any(a => a.Name.ToString() == name || a.Name.ToString() == name + "Attribute");

    private static string At(SyntaxNode node, string rule, string what) =>
        $"{Path.GetFileName(node.SyntaxTree.FilePath)}({node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}): {rule}: {what}";
}
