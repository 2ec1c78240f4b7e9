namespace QdrantBackup.Deployment.Tests.FunctionsHost.Worker;

/// <summary>The numbers of the messages between host and worker.</summary>
internal static class HostFields
{
    public const int InvocationRequest = 4;
    public const int InvocationResponse = 5;
    public const int FunctionLoadRequest = 8;
    public const int FunctionLoadResponse = 9;
    public const int WorkerInitResponse = 16;
    public const int WorkerInitRequest = 17;
    public const int StartStream = 20;
    public const int FunctionsMetadataRequest = 29;
    public const int FunctionMetadataResponse = 30;
}
