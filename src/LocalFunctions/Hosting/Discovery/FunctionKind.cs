namespace LocalFunctions.Hosting.Discovery;

/// <summary>What starts a function.</summary>
internal enum FunctionKind
{
    Http,
    Timer,
    Orchestration,
    Activity,
}
