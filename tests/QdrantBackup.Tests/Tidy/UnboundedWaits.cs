using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QdrantBackup.Tests.Tidy;

/// <summary>
/// Finds waits that may have no end in the source of tests: loops that look again and again, and events, programs and tasks that another part completes. Such a
/// wait belongs into tests/Harness/Waiting.cs, which has a bound and names what it waited for.
/// </summary>
internal static class UnboundedWaits
{
    private static readonly string[] Endless = ["WaitForExitAsync", "WaitForExit", "Wait", "WaitAsync", "WaitOne", "WaitAll", "SignalAndWait", "Join"];
    private static readonly string[] OfOthers = ["WaitForInstanceCompletionAsync", "WaitForInstanceStartAsync", "WaitForExitAsync", "WaitToReadAsync"];

    /// <summary>Every such wait in a file, as its line and what it is.</summary>
    public static IEnumerable<(int Line, string What)> In(string source)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(source).GetRoot();
        return root.DescendantNodes().Select(node => (Node: node, What: Problem(node))).Where(found => found.What is not null)
            .Select(found => (found.Node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, found.What!));
    }

    private static string? Problem(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax call when Name(call) is "Task.Yield" or "Task.Delay" or "Thread.Yield" && EndlessLoopAround(call) => $"a loop around {Name(call)}",
        WhileStatementSyntax loop when LooksAtATask(loop.Condition) => "a loop until a task is over",
        DoStatementSyntax loop when LooksAtATask(loop.Condition) => "a loop until a task is over",
        InvocationExpressionSyntax { ArgumentList.Arguments.Count: 0, Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: var name } } when Endless.Contains(name) => $"{name} without a bound",
        ArgumentSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Wait" or "WaitOne" } } => "Wait without a bound",
        AwaitExpressionSyntax { Expression: var awaited } when Unwrapped(awaited) is MemberAccessExpressionSyntax { Name.Identifier.Text: "Task" } => "a task that somebody else completes",
        AwaitExpressionSyntax { Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: var name } } } when OfOthers.Contains(name) => $"{name} without a bound",
        AwaitExpressionSyntax { Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ReadAsync", Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Reader" } } } } =>
            "a channel that somebody else writes to",
        _ => null,
    };

    private static string Name(InvocationExpressionSyntax call) => call.Expression.ToString();

    private static bool LooksAtATask(ExpressionSyntax condition) => condition.ToString().Contains(".IsCompleted", StringComparison.Ordinal);

    /// <summary>A counted loop ends; a loop that only polls may not.</summary>
    private static bool EndlessLoopAround(SyntaxNode node) =>
        node.Ancestors().TakeWhile(a => a is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax))
            .Any(a => a is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax { Condition: null });

    /// <summary>Awaits with a token that only other code cancels.</summary>
    private static ExpressionSyntax Unwrapped(ExpressionSyntax awaited) =>
        awaited is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "WaitAsync" or "ConfigureAwait", Expression: var inner } } ? Unwrapped(inner) : awaited;
}
